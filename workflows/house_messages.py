"""What whoever administers a house is told about it, and about no case. Texts are sources of the catalogues."""

from storage.kinds import MessageKind, Severity
from storage.texts import N_

UNREACHABLE = MessageKind(
    "house.unreachable",
    title=N_("People who cannot be notified: {count}"),
    summary=N_("They have tasks in open cases, but no working channel. Please add one."),
    fields=((N_("Who"), "{names}"),),
    severity=Severity.NOTICE,
    page="/admin/people",
    short=N_("Without a channel: {count}"),
)
KINDS = (UNREACHABLE,)
