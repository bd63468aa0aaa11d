"""The settings and secrets of one Aliyun SMS account: whose name it sends under, and which templates it has."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from notifier.channel import Account
from notifier.providers.checked import checked
from notifier.providers.sms.settings import SmsAccountSecrets, SmsAccountSettings
from notifier.providers.templates import Template, Word

API = "https://dysmsapi.aliyuncs.com"


class SmsSettings(SmsAccountSettings):
    """What an administrator enters openly. `templates` by kind of message; `default` serves all others."""

    access_key_id: Word
    templates: Mapping[str, Template] = Field(min_length=1)
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API


class SmsSecrets(SmsAccountSecrets):
    """What is kept sealed."""

    access_key_secret: SecretStr = Field(min_length=1)


class SmsAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: SmsSettings
    secrets: SmsSecrets


def account_of(account: Account) -> SmsAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(SmsAccount, account)
