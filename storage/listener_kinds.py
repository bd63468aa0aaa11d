"""What is told of listeners to whoever administers their organisation. Texts are sources of the catalogues."""

from storage.kinds import MessageKind, Severity
from storage.texts import N_

ENDED = MessageKind(
    "house.listener_ended",
    title=N_("{listener} wants no more and was ended"),
    summary=N_("It was told of cases and said that it wants no more. If that is wrong, enter it again."),
    fields=((N_("Listener"), "{listener}"), (N_("Cases of"), "{organisation}")),
    severity=Severity.NOTICE,
    page="/admin/listeners",
    short=N_("A listener wants no more"),
)
KINDS = (ENDED,)
