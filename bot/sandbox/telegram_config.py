"""The Telegram bots that the sandbox plays, and the people who use Telegram."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.sandbox.errors import RealCredentialsError

_TOKEN = re.compile(r"\d{1,20}:sandbox-[A-Za-z0-9_-]{1,100}")


class _Strict(BaseModel):
    # Inputs hold secrets, and a validation error must not repeat them.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TelegramBot(_Strict):
    """One bot. Its updates go to `webhook_url`, with `secret_token` in a header; without it nobody can reach it."""

    token: str = Field(repr=False)
    username: str = Field(pattern=r"^[A-Za-z0-9_]{3,32}$")
    name: str = ""
    webhook_url: str | None = None
    secret_token: str = Field("", repr=False, pattern=r"^[A-Za-z0-9_-]{0,256}$")

    @model_validator(mode="after")
    def _refuse_real_token(self) -> Self:
        if not _TOKEN.fullmatch(self.token):
            raise RealCredentialsError(
                f"the token of bot {self.username} does not look like 111111:sandbox-…: "
                "the sandbox takes no real credentials"
            )
        return self

    @property
    def id(self) -> int:
        """The bot's own id, which its token begins with."""
        return int(self.token.partition(":")[0])


class TelegramUser(_Strict):
    """Somebody with Telegram. Bots may write only to those who have written to them first (`started`)."""

    id: int = Field(gt=0, lt=2**52)
    name: str = Field(min_length=1, max_length=64)
    language_code: str = "zh-hans"
    started: bool = True


class TelegramGroup(_Strict):
    """A group. Bots write to it while they are in it (`started`)."""

    id: int = Field(lt=0, gt=-(2**52))
    name: str = Field(min_length=1, max_length=64)
    started: bool = True
