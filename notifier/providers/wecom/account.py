"""The settings and secrets of one WeCom application."""

import hashlib
import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
)

from notifier.channel import Account, SendFailed, Verdict
from notifier.providers.wecom.crypto import CallbackCrypto
from storage.texts import N_

API = "https://qyapi.weixin.qq.com"
AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
SCAN = "https://login.work.weixin.qq.com/wwlogin/sso/login"

# A userid outside of this form could hold "|" or "@all" and so reach others than its person.
_USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")


class WeComSettings(BaseModel):
    """What an administrator enters openly.

    `daily_quota`: messages of a day to single members, as WeCom allows them (accounts of the corporation × 200).
    `markdown`: what is no card goes as markdown, which WeChat's own app does not show.
    `send_photos`: photos of a report go to the phones of those who are to act, and so to WeCom.
    """

    model_config = ConfigDict(frozen=True)

    corp_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    agent_id: int = Field(ge=0)
    send_photos: bool = False
    markdown: bool = False
    daily_quota: int | None = Field(default=None, ge=1, le=100_000_000)
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API
    authorize_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")] = AUTHORIZE
    scan_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")] = SCAN


class WeComSecrets(BaseModel):
    """What is kept sealed. Without token and key the app has no callback, and its cards no buttons.

    The former ones count as well while the new ones are entered at WeCom.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    secret: SecretStr = Field(min_length=1)
    callback_token: SecretStr | None = None
    encoding_aes_key: SecretStr | None = None
    former_callback_token: SecretStr | None = None
    former_encoding_aes_key: SecretStr | None = None

    @field_validator("encoding_aes_key", "former_encoding_aes_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            CallbackCrypto("", value.get_secret_value(), "")
        return value


class WeComAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True)

    settings: WeComSettings
    secrets: WeComSecrets

    @property
    def digest(self) -> str:
        """What tokens are asked for with, told apart without telling it."""
        asked_with = f"{self.settings.corp_id}/{self.secrets.secret.get_secret_value()}"
        return hashlib.sha256(asked_with.encode()).hexdigest()

    @property
    def has_callback(self) -> bool:
        """Whether people can answer to a card."""
        return bool(_shown(self.secrets.callback_token) and _shown(self.secrets.encoding_aes_key))

    def crypto(self) -> CallbackCrypto:
        """The callback's crypto. Raises ValueError where the account has none or its key is malformed."""
        token, key = _shown(self.secrets.callback_token), _shown(self.secrets.encoding_aes_key)
        return CallbackCrypto(token, key, self.settings.corp_id)

    def cryptos(self) -> Sequence[CallbackCrypto]:
        """By which callbacks may be signed, the present one first. Raises ValueError for a malformed key."""
        former = _shown(self.secrets.former_callback_token), _shown(self.secrets.former_encoding_aes_key)
        return [self.crypto(), *([CallbackCrypto(*former, self.settings.corp_id)] if all(former) else [])]


def account_of(account: Account) -> WeComAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    wrong: str
    try:
        return WeComAccount(
            settings=WeComSettings.model_validate(account.settings),
            secrets=WeComSecrets.model_validate(account.secrets),
        )
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, item["loc"])) for item in error.errors(include_input=False))
    raise SendFailed(
        Verdict.CONFIGURATION, "settings", N_("The channel account's settings are incomplete"), detail=wrong
    )


def checked_user_id(address: str) -> str:
    """The userid itself. Raises SendFailed (permanent) for anything that is none."""
    if _USER_ID.fullmatch(address):
        return address
    raise SendFailed(Verdict.PERMANENT, "address", N_("This is not a WeCom user id"))


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
