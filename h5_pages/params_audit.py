"""What comes in the address of the audit page, checked."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from h5_pages.lists import ListQuery
from h5_pages.params import Id, Number
from storage.access import trail
from storage.access.trail import Wanted
from storage.clock import SHANGHAI

Code = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}(\.[a-z_]{1,32})?$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 30))]


SHOWN_DAYS = 31


class AuditQuery(ListQuery):
    """Which rows of the trail a list shows. `since` and `until`: days in Shanghai, both included, in either order."""

    sorts = trail.SORTS
    first_sort = "-at"

    kind: Code | None = None
    action: Code | None = None
    since: Day | None = None
    until: Day | None = None
    unit: Id | None = None
    person: Id | None = None
    device: Id | None = None
    case: Number | None = None

    @property
    def newest_only(self) -> bool:
        """Nothing was said of the time, a case, a device or a person: then only the last days are looked through."""
        return not (self.since or self.until or self.case or self.device or self.person)

    def wanted(self, now: datetime) -> Wanted:
        """The same for the search. `now` is real time."""
        since = (
            now.astimezone(SHANGHAI).date() - timedelta(days=SHOWN_DAYS) if self.newest_only else self.since
        )
        return Wanted(
            self.q,
            self.kind,
            self.action,
            *between(since, self.until),
            self.unit,
            self.person,
            self.device,
            self.case,
        )

    @property
    def told(self) -> dict[str, Any]:
        """What was asked for, for the record; without the place in the list."""
        return {name: value for name, value in self.given.items() if name != "after"}


def between(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """The instants from which on, and before which: whole days in Shanghai, also when entered the other way round."""
    if since and until and until < since:
        since, until = until, since
    return _begin(since), _begin(until + timedelta(days=1) if until else None)


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), SHANGHAI) if day else None
