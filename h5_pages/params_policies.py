"""What comes in the addresses of policies' pages, checked."""

from typing import Annotated

from pydantic import StringConstraints, field_validator

from h5_pages.params import Id, Params

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_.]{1,63}$")]


class AtUnit(Params):
    """At which organisation; the one at which the viewer's administration begins when none is named."""

    unit: Id | None = None

    @field_validator("unit", mode="before")
    @classmethod
    def _anywhere(cls, value: object) -> object:
        return value or None


class OfPolicy(Params):
    """One policy at an organisation."""

    name: Name
    unit: Id
