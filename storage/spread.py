"""By how many of their channels somebody is told one thing, as the writer of a message asks and the notifier does.

It stands among the variables of the message, so that whoever is told in somebody's stead is told likewise.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

SPREAD = "spread"
"""The variable's name."""


class Ways(StrEnum):
    """How many of a person's channels take the message at once."""

    FIRST = "first"
    """The first one; the next only where that is not enough."""
    TWO = "two"
    """Two at least: the first one, and e-mail and SMS as far as the person has them."""
    ALL = "all"


class Spread(BaseModel):
    """What a policy asks for. `call`: a phone rings as well. Without `chat`, chats only for who has nothing else."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    ways: Ways = Ways.FIRST
    call: bool = False
    chat: bool = True

    @property
    def variables(self) -> dict[str, Any]:
        """For a message; nothing where one channel after the other is taken anyway."""
        return {} if self == Spread() else {SPREAD: self.model_dump(mode="json")}


def spread_of(variables: Mapping[str, Any]) -> Spread | None:
    """What a message asks for; None where it takes one channel after the other."""
    if SPREAD not in variables:
        return None
    try:
        return Spread.model_validate(variables[SPREAD])
    except ValidationError:
        return Spread(ways=Ways.ALL)  # rather once too often than to nobody
