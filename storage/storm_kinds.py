"""What is told of a storm: many messages of one workflow to one person. Texts are sources of the catalogues."""

from storage.kinds import ActionWords, MessageKind, Severity
from storage.texts import N_, P_

BEGAN = MessageKind(
    "storm.began",
    title=N_("{count} alarms at once, since {since}"),
    summary=N_(
        "More may come. They are sent together until the alarm storm is over. Open the list and acknowledge."
    ),
    fields=((P_("when it began", "Since"), "{since}"), (N_("So far"), "{count}")),
    severity=Severity.CRITICAL,
    buttons=("acknowledge",),
    page="/me/storms/{storm}",
    short=N_("{count} alarms at once"),
)
GOES_ON = MessageKind(
    "storm.goes_on",
    title=N_("Still many alarms: {count} since {since}"),
    summary=N_("{open} of them are not closed yet. Open the list and acknowledge."),
    fields=(
        (P_("when it began", "Since"), "{since}"),
        (N_("So far"), "{count}"),
        (N_("Not closed"), "{open}"),
    ),
    severity=Severity.CRITICAL,
    buttons=("acknowledge",),
    page="/me/storms/{storm}",
    short=N_("{count} alarms so far"),
)
OVER = MessageKind(
    "storm.over",
    title=N_("Alarm storm over: {count} alarms, {since} to {until}"),
    summary=N_("From now on each alarm is sent separately. {open} of them are not closed yet."),
    fields=((N_("Alarms"), "{count}"), (N_("Not closed"), "{open}")),
    severity=Severity.NOTICE,
    page="/me/storms/{storm}",
    short=N_("Alarm storm over: {count} alarms"),
)
NEWS = MessageKind(
    "storm.news",
    title=N_("News of {count} alarms, since {since}"),
    summary=N_("None of it is urgent, so it is sent together. Open the list."),
    fields=((P_("when it began", "Since"), "{since}"), (N_("Alarms"), "{count}")),
    severity=Severity.NOTICE,
    page="/me/storms/{storm}",
    short=N_("News of {count} alarms"),
)
KINDS = (BEGAN, GOES_ON, OVER, NEWS)
NAMES = frozenset(kind.name for kind in KINDS)
ACTIONS = {
    ("storm", "acknowledge"): ActionWords(
        N_("Acknowledge all"), N_("acknowledged all"), "primary", one_press=True
    )
}
