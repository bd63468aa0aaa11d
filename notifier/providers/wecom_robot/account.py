"""The settings and secrets of one group robot."""

import re
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    StringConstraints,
    field_validator,
)

from notifier.channel import Account
from notifier.providers.checked import checked
from notifier.providers.wecom.account import API
from storage.kinds import Severity

EVERYBODY = "@all"
MENTIONS_BYTES = 1500
_KEY = re.compile(r"[A-Za-z0-9-]{8,128}")


def _listed(value: object) -> object:
    """Names as an administrator types them: parted by commas or spaces."""
    return [name for name in re.split(r"[,，;；\s]+", value) if name] if isinstance(value, str) else value


def _short_enough(names: tuple[str, ...]) -> tuple[str, ...]:
    """They are part of the message, and of its limit."""
    if len("\n<@>".join(names)) > MENTIONS_BYTES:
        raise ValueError("too many to be mentioned")
    return names


UserId = Annotated[str, StringConstraints(pattern=r"^(@all|[A-Za-z0-9][A-Za-z0-9_.@-]{0,63})$")]
Mobile = Annotated[str, StringConstraints(pattern=r"^(@all|\+?\d{5,20})$")]


class RobotSettings(BaseModel):
    """What an administrator enters openly. The people named are mentioned in what is urgent or worse."""

    model_config = ConfigDict(frozen=True)

    mention_users: Annotated[tuple[UserId, ...], BeforeValidator(_listed), AfterValidator(_short_enough)] = ()
    mention_mobiles: Annotated[
        tuple[Mobile, ...], BeforeValidator(_listed), AfterValidator(_short_enough)
    ] = ()
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+$")] = API

    def mentions(self, severity: Severity) -> bool:
        """Is anybody called by name for a message of this severity?"""
        loud = severity in (Severity.URGENT, Severity.CRITICAL)
        return loud and bool(self.mention_users or self.mention_mobiles)


class RobotSecrets(BaseModel):
    """What is kept sealed: the key. Whoever has it writes into the group. The robot's whole address does as well."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    key: SecretStr

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        given = value.get_secret_value().strip()
        (found,) = parse_qs(urlsplit(given).query).get("key", [given])[:1]
        if not _KEY.fullmatch(found):
            raise ValueError("not the key of a group robot")
        return SecretStr(found)


class RobotAccount(BaseModel):
    """Both together, checked."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    settings: RobotSettings
    secrets: RobotSecrets


def account_of(account: Account) -> RobotAccount:
    """Raises SendFailed (configuration), naming the wrong fields but never their values."""
    return checked(RobotAccount, account)
