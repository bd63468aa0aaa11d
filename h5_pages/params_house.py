"""Addresses of the administration of organisations, people, policies and the calendar, and what their forms carry."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from h5_pages.params import Id, Params
from h5_pages.params_audit import Day

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class Tree(Params):
    """Which part of the tree is shown, or which words are looked for."""

    under: Id | None = None
    q: Words = ""

    @field_validator("under", mode="before")
    @classmethod
    def _anywhere(cls, value: object) -> object:
        return value or None


class DutyFrom(Params):
    """From which day on the duty calendar is shown; today without one."""

    since: Day | None = None

    @field_validator("since", mode="before")
    @classmethod
    def _from_now(cls, value: object) -> object:
        return value or None


class Below(Params):
    """The organisation below which a new one is to stand."""

    parent: Id


class Seen(Params):
    """The version that a form was made from."""

    seen_version: Annotated[int, Field(ge=0, le=2**31 - 1)]
