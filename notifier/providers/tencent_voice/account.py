"""The settings and secrets of one account for calls by Tencent Cloud."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from notifier.channel import Account
from notifier.providers.calls import Key
from notifier.providers.checked import checked
from notifier.providers.templates import NumberedTemplate, Word

API = "https://vms.tencentcloudapi.com"


class TencentVoiceSettings(BaseModel):
    """What an administrator enters openly. `templates` by kind of message; `default` serves all others.

    The number that calls is chosen at the vendor for the application (`sdk_app_id`).
    """

    model_config = ConfigDict(frozen=True)

    secret_id: Word
    sdk_app_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
    templates: Mapping[str, NumberedTemplate] = Field(min_length=1)
    acknowledge_key: Key = "1"
    play_times: int = Field(default=2, ge=1, le=3)
    region: Word = "ap-guangzhou"
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API


class TencentVoiceSecrets(BaseModel):
    """What is kept sealed. Without `report_token`, the secret part of the path for callbacks, no key would be heard."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    secret_key: SecretStr = Field(min_length=1)
    report_token: SecretStr = Field(min_length=16)


class TencentVoiceAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: TencentVoiceSettings
    secrets: TencentVoiceSecrets


def account_of(account: Account) -> TencentVoiceAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(TencentVoiceAccount, account)
