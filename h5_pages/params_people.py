"""What comes in the addresses of people's pages, checked."""

from datetime import datetime
from typing import Literal

from pydantic import field_validator

from h5_pages.lists import ListQuery
from h5_pages.params import Id, Params
from storage.access import staff
from storage.access.staff import Wanted
from workflows.identity.roles import Role


class PeopleQuery(ListQuery):
    """Which people a list shows."""

    sorts = staff.SORTS
    first_sort = "name"

    role: Role | None = None
    unit: Id | None = None
    state: Literal["active", "left"] | None = None
    lacks: Literal["way", "sign_in"] | None = None

    def wanted(self, at: datetime) -> Wanted:
        """The same for the search, at an instant of business time."""
        active = None if self.state is None else self.state == "active"
        return Wanted(at, self.q, self.role, self.unit, active, self.lacks)


class AtUnit(Params):
    """Where somebody new is to belong, if that is chosen already."""

    unit: Id | None = None

    @field_validator("unit", mode="before")
    @classmethod
    def _anywhere(cls, value: object) -> object:
        return value or None


class OfPart(Params):
    """Something of a person: a post, a way to be reached."""

    id: Id
    part: Id
