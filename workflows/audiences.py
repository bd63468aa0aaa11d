"""Audiences as policies have them: roles that are told besides, and by how many of their channels.

Which channels these are is each person's own. Values that were stored while an audience still named channels are read
as what comes nearest: several were told at once, and a chat that was not named is not asked for.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, ValidationError, model_validator

from storage.spread import Spread, Ways

CHATS = frozenset({"wecom", "wecom_bot", "telegram"})
CALL = "voice"
AT_LEAST_TWO = 2


class Audience(Spread):
    """The value of such a policy."""

    roles: tuple[str, ...] = Field(default=())

    @model_validator(mode="before")
    @classmethod
    def _without_channels(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or "channels" not in value:
            return value
        return {"roles": value.get("roles", ()), **_spread_of(frozenset(map(str, value["channels"])))}

    @property
    def spread(self) -> Spread:
        """How its people are told."""
        return Spread(ways=self.ways, call=self.call, chat=self.chat)

    @property
    def value(self) -> dict[str, Any]:
        """As it is stored."""
        return {"roles": list(self.roles), "ways": str(self.ways), "call": self.call, "chat": self.chat}


def audience(roles: Iterable[str], ways: Ways) -> dict[str, Any]:
    """The value of a policy as shipped."""
    return Audience(roles=tuple(roles), ways=ways).value


def audience_of(value: Mapping[str, Any]) -> Audience:
    """A stored value; of one that makes no sense the roles are told by all their channels."""
    try:
        return Audience.model_validate(value)
    except ValidationError:
        roles = value.get("roles")
        named = tuple(map(str, roles)) if isinstance(roles, list | tuple) else ()
        return Audience(roles=named, ways=Ways.ALL)


def _spread_of(channels: frozenset[str]) -> dict[str, Any]:
    written = channels - {CALL}
    ways = (
        Ways.FIRST if len(written) < AT_LEAST_TWO else Ways.TWO if len(written) == AT_LEAST_TWO else Ways.ALL
    )
    return {"ways": ways, "call": CALL in channels, "chat": not written or bool(written & CHATS)}
