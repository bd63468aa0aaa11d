"""What comes with the addresses and forms of channel accounts, checked."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from h5_pages.channel_forms import FORMS
from h5_pages.params import Id, Params
from h5_pages.params_house import Seen


def _has_a_form(kind: str) -> str:
    if kind not in FORMS:
        raise ValueError("no such kind of account")
    return kind


Kind = Annotated[str, AfterValidator(_has_a_form)]


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


class TextsOf(Params):
    """Whose texts, in which language; `faulty`: only those that do not fit."""

    account: Id | None = None
    language: Literal["zh_CN", "en"] | None = None
    faulty: bool = False

    @model_validator(mode="before")
    @classmethod
    def _empty_is_not_given(cls, given: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in given.items() if value != ""}
