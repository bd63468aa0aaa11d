"""The settings and secrets of one smart robot."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from notifier.channel import Account, SendFailed, Verdict
from notifier.providers.checked import checked
from storage.texts import N_

LONG_CONNECTION = "wss://openws.work.weixin.qq.com"
_CHAT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}")


class BotSettings(BaseModel):
    """What an administrator enters openly. `proxy` is an HTTP proxy on the way out."""

    model_config = ConfigDict(frozen=True)

    bot_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
    base_url: Annotated[str, StringConstraints(pattern=r"^wss?://[^\s?#]+$")] = LONG_CONNECTION
    proxy: Annotated[str, StringConstraints(pattern=r"^$|^https?://[^\s/?#]+/?$")] = ""


class BotSecrets(BaseModel):
    """What is kept sealed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    secret: SecretStr = Field(min_length=1)


class BotAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: BotSettings
    secrets: BotSecrets


def account_of(account: Account) -> BotAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(BotAccount, account)


def checked_chat(address: str) -> str:
    """A userid, or the id of a group chat. Raises SendFailed (permanent) for anything that is neither."""
    if _CHAT.fullmatch(address):
        return address
    raise SendFailed(Verdict.PERMANENT, "address", N_("This is not a WeCom user id"))
