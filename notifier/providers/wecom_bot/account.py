"""The settings and secrets of one smart robot."""

import re
from typing import Annotated

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from notifier.channel import Account, SendFailed, Verdict
from notifier.providers.checked import checked
from storage.texts import N_

LONG_CONNECTION = "wss://openws.work.weixin.qq.com"
_CHAT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}")


class BotSettings(BaseModel):
    """What an administrator enters openly. `proxy` is an HTTP proxy on the way out; `proxy_user` signs in there."""

    model_config = ConfigDict(frozen=True)

    bot_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
    base_url: Annotated[str, StringConstraints(pattern=r"^wss?://[^\s?#]+$")] = LONG_CONNECTION
    proxy: Annotated[str, StringConstraints(pattern=r"^$|^https?://[^\s/?#@]+/?$")] = ""
    proxy_user: Annotated[str, StringConstraints(max_length=200)] = ""


class BotSecrets(BaseModel):
    """What is kept sealed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    secret: SecretStr = Field(min_length=1)
    proxy_password: SecretStr | None = None


class BotAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: BotSettings
    secrets: BotSecrets

    @property
    def proxy_headers(self) -> dict[str, str] | None:
        """What signs in at the proxy, if anybody has to."""
        if not self.settings.proxy_user:
            return None
        password = self.secrets.proxy_password.get_secret_value() if self.secrets.proxy_password else ""
        return {"Proxy-Authorization": aiohttp.encode_basic_auth(self.settings.proxy_user, password)}


def account_of(account: Account) -> BotAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(BotAccount, account)


def checked_chat(address: str) -> str:
    """A userid, or the id of a group chat. Raises SendFailed (permanent) for anything that is neither."""
    if _CHAT.fullmatch(address):
        return address
    raise SendFailed(Verdict.PERMANENT, "address", N_("This is not a WeCom user id"))
