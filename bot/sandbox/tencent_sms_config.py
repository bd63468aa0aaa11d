"""SMS applications of Tencent Cloud as the sandbox plays them: secret, signatures, templates, and where pushes go."""

import re
from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.sandbox.errors import RealCredentialsError

MADE_UP = "sandbox-"
PLACE = re.compile(r"\{([0-9]+)\}")


class _Strict(BaseModel):
    # Inputs hold secrets, and a validation error must not repeat them.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TencentSmsTemplate(_Strict):
    """An approved template. `length` is what each of its variables may have (document 382/39023)."""

    text: str = Field(min_length=1, max_length=500)
    length: int = Field(default=35, ge=1)

    @model_validator(mode="after")
    def _could_be_approved(self) -> Self:
        numbers = [int(number) for number in PLACE.findall(self.text)]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError("the variables are not numbered {1}, {2} … in their order")
        if re.search(r"\}\s*\{", self.text) or not PLACE.sub("", self.text).strip():
            raise ValueError("variables stand side by side, or there is nothing else")
        return self

    @property
    def count(self) -> int:
        """How many variables it has."""
        return len(PLACE.findall(self.text))

    def filled(self, values: Sequence[str]) -> str:
        """The text with its places filled."""
        return PLACE.sub(lambda place: values[int(place[1]) - 1], self.text)


class TencentSmsApp(_Strict):
    """A secret with one application of its own.

    `extend_digits` is how long an extend code may be: 0 where the vendor has not opened them. One number takes the
    same text once in `same_text_s` seconds, and `per_day` texts within 24 hours.
    """

    secret_id: str
    secret_key: str = Field(repr=False)
    sdk_app_id: str
    signs: list[str] = Field(min_length=1)
    templates: Mapping[str, TencentSmsTemplate]
    report_url: str | None = Field(default=None, repr=False)
    reply_url: str | None = Field(default=None, repr=False)
    extend_digits: int = Field(default=8, ge=0)
    same_text_s: float = 30.0
    per_day: int = Field(default=10, ge=1)
    may_pull: bool = True
    """Whether reports can be asked for, and tell the session's context (both are opened on request)."""

    @model_validator(mode="after")
    def _refuse_real_credentials(self) -> Self:
        for what, value in (("id", self.secret_id), ("key", self.secret_key)):
            if not value.startswith(MADE_UP):
                raise RealCredentialsError(
                    f"the secret {what} of a Tencent Cloud SMS application does not begin with {MADE_UP!r}: "
                    "the sandbox takes no real credentials"
                )
        return self
