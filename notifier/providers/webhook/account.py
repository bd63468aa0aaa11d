"""The settings and secrets of one address that hears of events."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints, field_validator, model_validator
from yarl import URL

from notifier.channel import Account
from notifier.providers.checked import checked
from notifier.providers.webhook.signature import PREFIX, key_of

_SHORTEST, _LONGEST = 24, 64  # bytes, by the specification


class WebhookSettings(BaseModel):
    """What an administrator enters openly.

    `private_addresses`: the receiver stands within the house, at an address that the world does not reach. Without
    it only public addresses are posted to, so that nobody can have the service knock at doors of the house itself.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]+(/[^\s#]*)?$", max_length=300)]
    private_addresses: bool = False

    @field_validator("url")
    @classmethod
    def _can_be_called(cls, value: str) -> str:
        URL(value)  # raises ValueError
        return value

    @model_validator(mode="after")
    def _is_encrypted(self) -> "WebhookSettings":
        if self.url.startswith("http://") and not self.private_addresses:
            raise ValueError("url: beyond the house only https")
        return self


class WebhookSecrets(BaseModel):
    """What is kept sealed. A former secret signs beside the present one until an administrator drops it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    signing_secret: SecretStr
    former_signing_secret: SecretStr | None = None

    @field_validator("signing_secret", "former_signing_secret")
    @classmethod
    def _is_a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        text = value.get_secret_value()
        if not text.startswith(PREFIX) or not _SHORTEST <= len(key_of(text)) <= _LONGEST:
            raise ValueError("must be whsec_ and 24 to 64 bytes in base64")
        return value


class WebhookAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: WebhookSettings
    secrets: WebhookSecrets

    @property
    def signing(self) -> list[str]:
        """All secrets that sign, the present one first."""
        both = (self.secrets.signing_secret, self.secrets.former_signing_secret)
        return [secret.get_secret_value() for secret in both if secret is not None]


def account_of(account: Account) -> WebhookAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(WebhookAccount, account)
