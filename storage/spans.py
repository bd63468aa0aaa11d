"""Spans of real time that lead to a few partitions of history, outbox and ledger instead of all that there are.

A statement without the partition's key looks into, and locks, each month of ten years
(docs/decisions/0023-the-few-months-that-matter.md).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

EVER = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
SET_BACK = timedelta(days=1)
"""By no more is the clock of a machine wrong."""
TOGETHER = timedelta(days=31)
"""Longer nothing waits to be told, or is tried."""
AFTERWARDS = timedelta(days=62)
"""So long after a case's newest step something of it may still be sent; what is sent again later counts as a step."""


@dataclass(frozen=True)
class Span:
    """From the first instant to the last, both included."""

    since: datetime = EVER
    until: datetime = NEVER

    @classmethod
    def of_case(cls, began_at: datetime | None, last_at: datetime | None, *, closed: bool) -> Self:
        """In which all steps, messages and deliveries of a case lie; wide open where it is not known."""
        known_end = last_at if closed else None
        return cls(began_at - SET_BACK if began_at else EVER, known_end + AFTERWARDS if known_end else NEVER)


ANY_TIME = Span()


def after(made_at: datetime) -> datetime:
    """What comes after something that was made then is no older: deliveries, notes and steps after a message."""
    return made_at - SET_BACK


def around(made_at: datetime) -> datetime:
    """No older is what belongs together with it: told along with others, told to others first, tried for days."""
    return made_at - TOGETHER
