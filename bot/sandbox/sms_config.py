"""SMS accounts as the sandbox plays them: access key, signatures, templates, and where reports go."""

import re
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.sandbox.errors import RealCredentialsError

MADE_UP = "sandbox-"
PLACE = re.compile(r"\$\{(\w+)\}")
# The vendor's default for a variable of the kind "other" (help.aliyun.com document 3041859).
VARIABLE_LENGTH = 35


class _Strict(BaseModel):
    # Inputs hold secrets, and a validation error must not repeat them.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SmsTemplate(_Strict):
    """An approved template; `lengths` are those of variables that may be other than 35 letters long."""

    text: str = Field(min_length=1, max_length=500)
    lengths: Mapping[str, int] = {}

    @property
    def variables(self) -> list[str]:
        """The names of its places."""
        return PLACE.findall(self.text)

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with its places filled."""
        return PLACE.sub(lambda place: values[place[1]], self.text)


class SmsAccount(_Strict):
    """An access key with its approved signatures and templates.

    `per_day` is what one number takes of one signature and template within 24 hours, `per_minute` the
    same in a natural minute (None: not limited). Without `report_url` nothing is reported, without `reply_url`
    no reply is passed on.
    """

    access_key_id: str
    access_key_secret: str = Field(repr=False)
    signs: list[str] = Field(min_length=1)
    templates: Mapping[str, SmsTemplate]
    report_url: str | None = Field(default=None, repr=False)
    reply_url: str | None = Field(default=None, repr=False)
    per_day: int = Field(default=50, ge=1)
    per_minute: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _refuse_real_credentials(self) -> Self:
        for what, value in (("id", self.access_key_id), ("secret", self.access_key_secret)):
            if not value.startswith(MADE_UP):
                raise RealCredentialsError(
                    f"the {what} of an SMS access key does not begin with {MADE_UP!r}: "
                    "the sandbox takes no real credentials"
                )
        return self
