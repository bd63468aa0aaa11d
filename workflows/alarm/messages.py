"""What an alarm tells. Texts are sources of the catalogues; places are filled by `rules.variables`."""

from storage.kinds import MessageKind, Question, Severity
from storage.texts import N_, P_

DEVICE = (N_("Device"), "{device} ({device_number})")
PLACE = (N_("Place"), "{department} {place}")
VALUE = (N_("Measured"), "{metric_text} {value}")
LIMIT = (N_("Limit"), "{limit}")
SINCE = (N_("Raised at"), "{since}")
LASTED = (N_("Lasted"), "{lasted}")
CALL = (P_("whom to call", "Call"), "{call_text}")
SERVICE = (N_("Service"), "{service_vendor} {service_phone}")
ALSO = (N_("Also"), "{with_text} {with_value}")
AFTER = (N_("Entering"), "{after_text}")
NOW = (N_("Now"), "{cleared_value}")
WHERE = (DEVICE, PLACE, VALUE, LIMIT, ALSO, SINCE, CALL, SERVICE)
USUAL_CAUSES = Question(
    "cause",
    N_("What was the cause?"),
    (
        ("power", N_("Power failure")),
        ("cooling", N_("Air conditioning")),
        ("water", N_("Chilled water")),
        ("device", N_("The device itself")),
        ("sensor", N_("Sensor or gateway")),
        ("works", N_("Works in the room")),
    ),
    several=True,
    own_words=True,
)
LAST_VALUE = (N_("Last value"), "{metric_text} {value}")

# What to do first, what it means and whom to call are of the metric and its side: `workflows.alarm.meanings`.
# No sentence here may send anybody anywhere.
warning = MessageKind(
    "alarm.warning",
    N_("Warning: {what_text}, {device}"),
    N_("{first_text} {means_text} Please acknowledge."),
    WHERE,
    Severity.URGENT,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("{brief_text}: room warning, {device}"),
    whole=True,
)
alarm = MessageKind(
    "alarm.alarm",
    N_("ALARM: {what_text}, {device}"),
    N_("{first_text} {means_text} Please acknowledge at once."),
    WHERE,
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("{brief_text}: room alarm, {device}"),
    whole=True,
)
keep_out = MessageKind(
    "alarm.keep_out",
    N_("ALARM: {what_text}, {device}"),
    N_("{first_text} {means_text} Acknowledge from a safe place."),
    WHERE,
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("{brief_text}: danger to life, {device}"),
    whole=True,
    alone=True,
)
quench = MessageKind(
    "alarm.quench",
    N_("ALARM: {what_text}, {device}"),
    N_("{first_text} {means_text} Acknowledge from a safe place."),
    WHERE,
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("{brief_text}: suspected quench, {device}"),
    whole=True,
    alone=True,
)
eased = MessageKind(
    "alarm.eased",
    N_("Partly over: {what_text}, {device}"),
    N_("{first_text} Only this value is still outside its limits."),
    WHERE,
    Severity.URGENT,
    while_in_state=True,
    short=N_("{brief_text}: partly over, {device}"),
    whole=True,
)
silent = MessageKind(
    "alarm.silent",
    N_("Warning: {what_text}, {device}"),
    N_("{first_text} {means_text} Please acknowledge."),
    (DEVICE, PLACE, LAST_VALUE, SINCE, CALL, SERVICE),
    Severity.URGENT,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("{brief_text}: no data from the room, {device}"),
    whole=True,
)
unacknowledged = MessageKind(
    "alarm.unacknowledged",
    N_("Not acknowledged: {what_text}, {device}"),
    N_("{first_text} Nobody has acknowledged it yet: please acknowledge."),
    WHERE,
    Severity.URGENT,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("{brief_text}: not acknowledged, {device}"),
    whole=True,
    reminds=True,
)
nobody_answers = MessageKind(
    "alarm.nobody_answers",
    N_("Nobody answers: {what_text}, {device}"),
    N_("{first_text} The engineers have not acknowledged it. Please follow up and acknowledge."),
    WHERE,
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("{brief_text}: nobody answers, {device}"),
    whole=True,
    reminds=True,
)
still_on = MessageKind(
    "alarm.still_on",
    N_("Still going on: {what_text}, {device}"),
    N_("{first_text} It was acknowledged and has not ended."),
    WHERE,
    Severity.URGENT,
    while_in_state=True,
    recalled=True,
    short=N_("{brief_text}: still going on, {device}"),
    whole=True,
    reminds=True,
)
cleared = MessageKind(
    "alarm.cleared",
    N_("Over: {metric_text}, {device}"),
    N_("The sensor says that it is over. Please note the cause and close the case."),
    (DEVICE, PLACE, VALUE, NOW, SINCE, LASTED, AFTER),
    Severity.NOTICE,
    buttons=("close",),
    questions=(USUAL_CAUSES,),
    answers="close",
    send=N_("Close the alarm"),
    while_in_state=True,
)
turned = MessageKind(
    "alarm.turned",
    N_("{metric_text} now {turned_text}: {device}"),
    N_(
        "The value went straight past the band to the other limit. This alarm is over; if "
        "the value stays there, another one follows. Please note the cause and close the "
        "case."
    ),
    (DEVICE, PLACE, VALUE, NOW, SINCE, LASTED, AFTER),
    Severity.URGENT,
    buttons=("close",),
    questions=(USUAL_CAUSES,),
    answers="close",
    send=N_("Close the alarm"),
    while_in_state=True,
)
please_close = MessageKind(
    "alarm.please_close",
    N_("To be closed: {metric_text}, {device}"),
    N_("The alarm is over, but nobody has noted its cause."),
    (DEVICE, PLACE, SINCE, LASTED, AFTER),
    Severity.NOTICE,
    buttons=("close",),
    questions=(USUAL_CAUSES,),
    answers="close",
    send=N_("Close the alarm"),
    while_in_state=True,
    reminds=True,
)
