"""The movable clock of the product, as the sandbox's page shows and moves it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.sandbox.errors import SandboxError


@dataclass(frozen=True)
class ClockState:
    """`now` is business time, `offset` its lead over real time.

    `moving` says that a step is still under way, `next_due` when the next deadline is.
    """

    now: datetime
    offset: timedelta
    moving: bool
    next_due: datetime | None


class ClockAwayError(SandboxError):
    """The clock's owner cannot be reached; the text says why, in English marked by `N_`."""


class ClockControl(Protocol):
    """What the owner of the clock hands in. Everything may raise `ClockAwayError`."""

    async def state(self) -> ClockState:
        """The clock as it stands."""

    async def advance(self, seconds: float) -> None:
        """Move business time forward; every deadline on the way comes due."""

    async def advance_to_next(self) -> None:
        """Move business time to the next deadline."""
