"""What is told together, or because somebody asked for it. Texts are sources of the catalogues."""

from storage.kinds import MessageKind, Severity
from storage.texts import N_, P_

DIGEST = MessageKind(
    "digest.list",
    title=N_("{count} messages for your information"),
    summary=N_("They are sent together, so that urgent messages stand out. Open the list to read them."),
    fields=((N_("Cases"), "{numbers}"), (P_("when it began", "Since"), "{since}")),
    severity=Severity.INFO,
    page="/messages?mine=1",
    short=N_("{count} messages for information"),
)
OVER = MessageKind(
    "watch.over",
    title=N_("Over: {number} {title}"),
    summary=N_("You asked to be notified when this case is closed."),
    severity=Severity.INFO,
    short=N_("Closed: {number}"),
)
KINDS = (DIGEST, OVER)
