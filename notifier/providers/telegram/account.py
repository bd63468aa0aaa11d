"""The settings and secrets of one Telegram bot."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints, ValidationError, field_validator
from yarl import URL

from notifier.channel import Account, SendFailed, Verdict
from notifier.providers.telegram.callbacks import Callbacks
from notifier.providers.telegram.proxies import Proxy
from storage.texts import N_

API = "https://api.telegram.org"
BIGGEST_CHAT_ID = 2**52  # Telegram's ids have at most 52 significant bits

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{8,128}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what setWebhook takes as secret_token
_CHAT_ID = re.compile(r"-?[1-9]\d{0,15}")  # those of groups are negative


class TelegramSettings(BaseModel):
    """What an administrator enters openly.

    `read_only`: nothing can be decided in this chat, its buttons open pages. `proxy`: an HTTP or SOCKS proxy through
    which the Bot API is reached, as from mainland China; `proxy_user` signs in there.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    bot_username: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{3,32}$")]
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API
    proxy: Annotated[str, StringConstraints(pattern=r"^(https?|socks5h?)://[^\s/?#@]+/?$")] | None = None
    proxy_user: Annotated[str, StringConstraints(max_length=200)] = ""
    read_only: bool = False

    @field_validator("base_url", "proxy")
    @classmethod
    def _can_be_called(cls, value: str | None) -> str | None:
        URL(value or API)  # raises ValueError
        return value


class TelegramSecrets(BaseModel):
    """What is kept sealed. Without a webhook secret nobody can answer, and buttons open pages."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    token: SecretStr
    webhook_secret: SecretStr | None = None
    proxy_password: SecretStr | None = None

    @field_validator("token")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("must look like 123456:ABC-DEF")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _is_a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("must be 1 to 256 of A-Z, a-z, 0-9, _ and -")
        return value


class TelegramAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True)

    settings: TelegramSettings
    secrets: TelegramSecrets

    @property
    def proxy(self) -> Proxy | None:
        """Through what the Bot API is reached."""
        settings, password = self.settings, self.secrets.proxy_password
        if not settings.proxy:
            return None
        return Proxy(settings.proxy, settings.proxy_user, password.get_secret_value() if password else "")

    @property
    def callbacks(self) -> Callbacks | None:
        """What buttons send back; None where nobody can answer by them."""
        return None if self.settings.read_only else self.reads

    @property
    def reads(self) -> Callbacks | None:
        """What reads it, also where nothing may be decided any more."""
        secret = self.secrets.webhook_secret
        return Callbacks(secret.get_secret_value()) if secret else None


def account_of(account: Account) -> TelegramAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    wrong: str
    try:
        return TelegramAccount(
            settings=TelegramSettings.model_validate(account.settings),
            secrets=TelegramSecrets.model_validate(account.secrets),
        )
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, item["loc"])) for item in error.errors(include_input=False))
    raise SendFailed(
        Verdict.CONFIGURATION, "settings", N_("The channel account's settings are incomplete"), detail=wrong
    )


def checked_chat_id(address: str) -> int:
    """The id of somebody's private chat, or of a group. Raises SendFailed (permanent) for anything else."""
    if _CHAT_ID.fullmatch(address) and abs(int(address)) < BIGGEST_CHAT_ID:
        return int(address)
    raise SendFailed(Verdict.PERMANENT, "address", N_("This is not the id of a Telegram chat"))
