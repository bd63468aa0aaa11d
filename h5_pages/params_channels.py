"""What comes with the addresses and forms of channel accounts, checked."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from h5_pages.params import Id, Params
from h5_pages.params_house import Seen

Kind = Literal["wecom", "sms", "email", "telegram"]


class NewAccount(Params):
    """Which kind of account is to be entered, at which organisation (none yet: it is asked for)."""

    kind: Kind
    unit: Id | None = None

    @field_validator("unit", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return value or None


class Switched(Seen):
    """Whether an account is to be used."""

    on: bool


class TestTo(Params):
    """To whom a test message goes."""

    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = Field()
