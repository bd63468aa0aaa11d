"""The settings and secrets of one Tencent Cloud SMS account (cloud.tencent.com document api/382/55981)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from notifier.channel import Account
from notifier.providers.checked import checked
from notifier.providers.sms.settings import SmsAccountSecrets, SmsAccountSettings
from notifier.providers.templates import VARIABLE_LENGTH, NumberedTemplate, Word
from notifier.providers.tencent.gateway import Secret

API = "https://sms.tencentcloudapi.com"


class TencentSmsSettings(SmsAccountSettings):
    """What an administrator enters openly. `variable_length` is what the provider takes in any variable."""

    secret_id: Word
    sdk_app_id: Word
    templates: Mapping[str, NumberedTemplate] = Field(min_length=1)
    variable_length: int = Field(default=VARIABLE_LENGTH, ge=1, le=200)
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,}(-[a-z0-9]+)+$")] = "ap-guangzhou"
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API


class TencentSmsSecrets(SmsAccountSecrets):
    """What is kept sealed."""

    secret_key: SecretStr = Field(min_length=1)


class TencentSmsAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: TencentSmsSettings
    secrets: TencentSmsSecrets

    @property
    def secret(self) -> Secret:
        """By what its calls are signed."""
        known = self.settings
        return Secret(
            known.base_url, known.secret_id, self.secrets.secret_key.get_secret_value(), known.region
        )


def account_of(account: Account) -> TencentSmsAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(TencentSmsAccount, account)
