"""The settings and secrets of one account for calls by Aliyun."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from notifier.channel import Account
from notifier.providers.calls import Key
from notifier.providers.checked import checked
from notifier.providers.templates import Template, Word

API = "https://dyvmsapi.aliyuncs.com"


class VoiceSettings(BaseModel):
    """What an administrator enters openly. `templates` by kind of message; `default` serves all others.

    `menu` is what is read out after each key, by the code of its template. Without one nobody can acknowledge by
    pressing a key, and the call only tells. A call with a menu shows a number of the account's own
    (help.aliyun.com document 393521).
    """

    model_config = ConfigDict(frozen=True)

    access_key_id: Word
    templates: Mapping[str, Template] = Field(min_length=1)
    caller_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,20}$")] = ""
    menu: Mapping[Key, Word] = {}
    acknowledge_key: Key = "1"
    play_times: int = Field(default=2, ge=1, le=3)
    key_within_s: int = Field(default=8, ge=1, le=60)
    volume: int = Field(default=100, ge=0, le=100)
    speed: int = Field(default=0, ge=-500, le=500)
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API

    @model_validator(mode="after")
    def _menu_can_be_called(self) -> Self:
        if self.menu and not self.caller_number:
            raise ValueError("a call with a menu needs a number to show")
        if self.menu and self.acknowledge_key not in self.menu:
            raise ValueError("the key that acknowledges is not in the menu")
        return self


class VoiceSecrets(BaseModel):
    """What is kept sealed. `report_token` is the secret part of the path to which reports are pushed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_key_secret: SecretStr = Field(min_length=1)
    report_token: SecretStr | None = Field(default=None, min_length=16)


class VoiceAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: VoiceSettings
    secrets: VoiceSecrets


def account_of(account: Account) -> VoiceAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(VoiceAccount, account)
