"""The movable clock of the product, as the sandbox's page shows and moves it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class ClockState:
    """`now` is business time, `offset` its lead over real time.

    `moving` says that a step is still under way, `next_due` when the next deadline is.
    """

    now: datetime
    offset: timedelta
    moving: bool
    next_due: datetime | None


class ClockControl(Protocol):
    """What the owner of the clock hands in."""

    async def state(self) -> ClockState:
        """The clock as it stands."""

    async def advance(self, seconds: float) -> None:
        """Move business time forward; every deadline on the way comes due."""

    async def advance_to_next(self) -> None:
        """Move business time to the next deadline."""
