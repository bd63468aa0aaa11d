"""Accounts for calls as the sandbox plays them: keys, numbers that call, approved texts, and where reports go."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.sandbox.errors import RealCredentialsError
from bot.sandbox.sms_config import MADE_UP


class VoiceAccount(BaseModel, ABC):
    """What both vendors know of a customer. `templates` are approved texts by their codes.

    A number takes `per_minute`, `per_hour` and `per_day` calls (Aliyun's published limits; Tencent Cloud publishes
    none, so the same are played). Without `report_url` nothing is reported.
    """

    # Inputs hold secrets, and a validation error must not repeat them.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    vendor: ClassVar[Literal["aliyun", "tencent"]]
    PLACE: ClassVar[re.Pattern[str]]

    templates: Mapping[str, str]
    report_url: str | None = Field(default=None, repr=False)
    per_minute: int = Field(default=1, ge=1)
    per_hour: int = Field(default=5, ge=1)
    per_day: int = Field(default=20, ge=1)

    @property
    @abstractmethod
    def key_id(self) -> str:
        """By which calls of the API are signed."""

    @property
    @abstractmethod
    def key_secret(self) -> str:
        """With which they are."""

    @model_validator(mode="after")
    def _refuse_real_credentials(self) -> Self:
        for what, value in (("id", self.key_id), ("secret", self.key_secret)):
            if not value.startswith(MADE_UP):
                raise RealCredentialsError(
                    f"the {what} of an account for calls does not begin with {MADE_UP!r}: "
                    "the sandbox takes no real credentials"
                )
        return self

    def places(self, code: str) -> list[str]:
        """The names of the places of that text."""
        return self.PLACE.findall(self.templates[code])

    def filled(self, code: str, values: Mapping[str, str]) -> str:
        """The text with its places filled."""
        return self.PLACE.sub(lambda place: values[place[1]], self.templates[code])


class AliyunVoice(VoiceAccount):
    """An access key of Aliyun with the numbers that were bought for it."""

    vendor = "aliyun"
    PLACE = re.compile(r"\$\{(\w+)\}")

    access_key_id: str
    access_key_secret: str = Field(repr=False)
    caller_numbers: list[str] = []

    @property
    def key_id(self) -> str:
        return self.access_key_id

    @property
    def key_secret(self) -> str:
        return self.access_key_secret


class TencentVoice(VoiceAccount):
    """A secret of Tencent Cloud with its application for calls."""

    vendor = "tencent"
    PLACE = re.compile(r"\{(\d+)\}")

    secret_id: str
    secret_key: str = Field(repr=False)
    sdk_app_id: str
    caller_number: str = "075500000000"

    @property
    def key_id(self) -> str:
        return self.secret_id

    @property
    def key_secret(self) -> str:
        return self.secret_key
