"""The two clocks. Nothing else in the service asks for the time.

Real time drives leases, budgets, tokens, sessions and signatures. Business time drives deadlines,
reminders and the dates that people see; a demonstration may move it forward, and the offset lives
in the database so that all processes agree.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells an aware instant."""

    def now(self) -> datetime:
        """The present instant, aware."""
        ...


class RealClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class BusinessClock:
    """Real time plus the offset that was last read from the database."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._offset = timedelta()

    def now(self) -> datetime:
        return self._real.now() + self._offset

    def moved_to(self, offset_s: float) -> None:
        """Take over an offset in seconds, as read by `storage.business_time`."""
        self._offset = timedelta(seconds=offset_s)
