"""What is told of listeners to whoever administers their organisation. Texts are sources of the catalogues."""

from storage.kinds import MessageKind, Severity
from storage.texts import N_

ENDED = MessageKind(
    "house.listener_ended",
    title=N_("{listener} unsubscribed; it has been removed"),
    summary=N_("It unsubscribed from case updates. If that is a mistake, add it again."),
    fields=((N_("Listener"), "{listener}"), (N_("Its house"), "{organisation}")),
    severity=Severity.NOTICE,
    page="/admin/listeners",
    short=N_("A listener unsubscribed"),
)
KINDS = (ENDED,)
