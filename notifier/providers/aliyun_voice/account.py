"""The settings and secrets of one account for calls by Aliyun."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

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
    acknowledge_key: Key = "1"
    menu: Mapping[Key, Word] = {}
    play_times: int = Field(default=2, ge=1, le=3)
    key_within_s: int = Field(default=8, ge=1, le=60)
    volume: int = Field(default=100, ge=0, le=100)
    speed: int = Field(default=0, ge=-500, le=500)
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API

    @field_validator("menu")
    @classmethod
    def _menu_can_be_called(cls, menu: Mapping[str, str], known: ValidationInfo) -> Mapping[str, str]:
        if menu and not known.data.get("caller_number"):
            raise ValueError("a call with a menu needs a number to show")
        if menu and known.data.get("acknowledge_key") not in menu:
            raise ValueError("the key that acknowledges is not in the menu")
        return menu


class VoiceSecrets(BaseModel):
    """What is kept sealed. Without `report_token`, the secret part of the path for reports, nobody would hear a key."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_key_secret: SecretStr = Field(min_length=1)
    report_token: SecretStr = Field(min_length=16)


class VoiceAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: VoiceSettings
    secrets: VoiceSecrets


def account_of(account: Account) -> VoiceAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(VoiceAccount, account)
