"""What comes in the address of the list of cases, checked."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from h5_pages.lists import ListQuery
from h5_pages.params import Id
from storage.access import case_lists
from storage.access.case_lists import Wanted


class CaseQuery(ListQuery):
    """Which cases a list shows."""

    sorts = case_lists.SORTS
    first_sort = "-opened"

    workflow: Literal["repair", "licence", "adverse_event", "alarm"] | None = None
    state: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")] | None = None
    level: Annotated[int, Field(ge=1, le=4)] | None = None
    all: bool = False
    unit: Id | None = None

    @property
    def wanted(self) -> Wanted:
        """The same for the search."""
        return Wanted(self.q, self.workflow, self.state, self.level, self.all, self.unit)
