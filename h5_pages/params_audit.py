"""What comes in the address of the audit page, checked."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from h5_pages.lists import ListQuery
from h5_pages.params import Id, Number
from storage.access import trail
from storage.access.trail import Wanted
from storage.clock import SHANGHAI

Code = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}(\.[a-z_]{1,32})?$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 30))]


class AuditQuery(ListQuery):
    """Which rows of the trail a list shows. `since` and `until` are whole days in Shanghai, both included."""

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

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("the time ends before it begins")
        return self

    @property
    def wanted(self) -> Wanted:
        """The same for the search."""
        return Wanted(
            self.q,
            self.kind,
            self.action,
            _begin(self.since),
            _begin(self.until + timedelta(days=1)) if self.until else None,
            self.unit,
            self.person,
            self.device,
            self.case,
        )

    @property
    def told(self) -> dict[str, Any]:
        """What was asked for, for the record; without the place in the list."""
        return {name: value for name, value in self.given.items() if name != "after"}


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), SHANGHAI) if day else None
