"""What comes in the address of the ledger of messages, checked."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from h5_pages.lists import ListQuery
from h5_pages.params import Id, Number
from h5_pages.params_audit import SHOWN_DAYS, Day, between
from storage.access import ledger
from storage.access.ledger import Wanted
from storage.clock import SHANGHAI
from storage.kinds import Severity

Outcome = Literal[
    "queued", "held", "sent", "delivered", "opened", "acted", "failed", "withdrawn", "recalled", "bundled"
]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}(\.[a-z_]{1,32})?$", max_length=64)]


class MessageQuery(ListQuery):
    """Which messages a list shows. `since` and `until` are whole days in Shanghai, both included, in either order."""

    sorts = ledger.SORTS
    first_sort = "-at"

    mine: bool = False
    person: Id | None = None
    case: Number | None = None
    channel: Word | None = None
    outcome: Outcome | None = None
    severity: Severity | None = None
    workflow: Word | None = None
    kind: Kind | None = None
    since: Day | None = None
    until: Day | None = None

    @property
    def newest_only(self) -> bool:
        """Nothing was said of the time or the case: then only the last days are looked through."""
        return self.since is None and self.until is None and self.case is None

    def wanted(self, now: datetime) -> Wanted:
        """The same for the search. `now` is real time."""
        since = (
            now.astimezone(SHANGHAI).date() - timedelta(days=SHOWN_DAYS) if self.newest_only else self.since
        )
        chosen: dict[str, Any] = {name: getattr(self, name) for name in CHOSEN}
        first, until = between(since, self.until)
        return Wanted(words=self.q, since=first, until=until, **chosen)


CHOSEN = ("mine", "person", "case", "channel", "outcome", "severity", "workflow", "kind")
