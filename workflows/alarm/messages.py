"""What an alarm tells. Texts are sources of the catalogues; places are filled by `rules.variables`."""

from storage.kinds import MessageKind, Question, Severity
from storage.texts import N_

DEVICE = (N_("Device"), "{device} ({device_number})")
PLACE = (N_("Place"), "{department} {place}")
VALUE = (N_("Measured"), "{metric_text} {value}")
LIMIT = (N_("Limit"), "{limit}")
SINCE = (N_("Raised at"), "{since}")
LASTED = (N_("Lasted"), "{lasted}")
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
LAST_VALUE = (N_("Missed"), "{metric_text} {value}")

warning = MessageKind(
    "alarm.warning",
    N_("Warning: {metric_text} {side_text}, {device}"),
    N_("Please look at the machine room and acknowledge."),
    (DEVICE, PLACE, VALUE, LIMIT, SINCE),
    Severity.URGENT,
    buttons=("acknowledge",),
    while_in_state=True,
)
alarm = MessageKind(
    "alarm.alarm",
    N_("ALARM: {metric_text} {side_text}, {device}"),
    N_("The device may be damaged. Go to the machine room now and acknowledge."),
    (DEVICE, PLACE, VALUE, LIMIT, SINCE),
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
)
silent = MessageKind(
    "alarm.silent",
    N_("No data from the machine room: {device}"),
    N_("A sensor or its gateway is silent. Please look after it and acknowledge."),
    (DEVICE, PLACE, LAST_VALUE, SINCE),
    Severity.URGENT,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("No data: {device}"),
)
unacknowledged = MessageKind(
    "alarm.unacknowledged",
    N_("Still not acknowledged: {level_text}, {device}"),
    N_("Nobody has acknowledged it yet."),
    (DEVICE, PLACE, VALUE, LIMIT, SINCE),
    Severity.URGENT,
    buttons=("acknowledge",),
    while_in_state=True,
    short=N_("Not acknowledged: {device}"),
    reminds=True,
)
nobody_answers = MessageKind(
    "alarm.nobody_answers",
    N_("Nobody answers: {level_text}, {device}"),
    N_("The engineers were told without effect. Please see to it and acknowledge."),
    (DEVICE, PLACE, VALUE, LIMIT, SINCE),
    Severity.CRITICAL,
    buttons=("acknowledge",),
    while_in_state=True,
    reminds=True,
)
still_on = MessageKind(
    "alarm.still_on",
    N_("Still going on: {level_text}, {device}"),
    N_("It was acknowledged long ago and has not ended."),
    (DEVICE, PLACE, VALUE, LIMIT, SINCE),
    Severity.URGENT,
    while_in_state=True,
    recalled=True,
    reminds=True,
)
cleared = MessageKind(
    "alarm.cleared",
    N_("Over: {metric_text}, {device}"),
    N_("It ended by itself. Please note the cause and close the case."),
    (DEVICE, PLACE, VALUE, SINCE, LASTED),
    Severity.NOTICE,
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
    (DEVICE, PLACE, SINCE, LASTED),
    Severity.NOTICE,
    buttons=("close",),
    questions=(USUAL_CAUSES,),
    answers="close",
    send=N_("Close the alarm"),
    while_in_state=True,
    reminds=True,
)
