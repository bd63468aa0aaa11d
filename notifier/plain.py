"""Which messages can be begun in batches: those of which no policy asks more, at this hour, than the first way.

What was read is kept while no policy is set; every claim tells which is the newest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notifier.noise import digest_hour
from notifier.quiet import QuietHours
from notifier.routing import Order, night_of, order_of
from storage import policy_values
from storage.clock import Clock
from storage.database import Connection
from storage.kinds import Severity

SEVERITIES = tuple(str(severity) for severity in Severity)
QUIET_HOURS = "notify.quiet_hours"
AT_LEAST_EVERY = timedelta(seconds=1)  # policies that are committed in another order than numbered


@dataclass(frozen=True)
class Known:
    """What was ever set for these policies, or shipped, and when it was read."""

    newest: int
    read_at: datetime
    orders: Sequence[tuple[str, Order]]
    nights: Sequence[QuietHours]
    has_digest: bool

    def severities(self, now: datetime) -> list[str]:
        """Those that are plain at that instant; none while it is quiet somewhere: another may be on duty there."""
        if any(hours.ends_at(now) for hours in self.nights):
            return []
        bent = {name for name, order in self.orders if not order.is_plain}
        if self.has_digest:
            bent.add(policy_of(Severity.INFO))
        return [severity for severity in SEVERITIES if policy_of(severity) not in bent]


class Plain:
    """The severities that are plain. `real` is the clock of quiet hours."""

    def __init__(self, shipped: Mapping[str, Mapping[str, Any]], real: Clock) -> None:
        self._shipped = shipped
        self._real = real
        self._known: Known | None = None

    async def severities(self, connection: Connection, newest: int | None = None) -> list[str]:
        """By what is known; it is read again when there is a newer policy than that, and now and then."""
        now, known = self._real.now(), self._known
        if known is None or newest not in (None, known.newest) or now - known.read_at > AT_LEAST_EVERY:
            known = self._known = await self._read(connection, now)
        return known.severities(now)

    async def _read(self, connection: Connection, now: datetime) -> Known:
        asked = [*map(policy_of, SEVERITIES), QUIET_HOURS, digest_hour.POLICY]
        newest, somewhere = await policy_values.anywhere(connection, asked)
        values = [*self._shipped.items(), *somewhere]
        return Known(
            newest,
            now,
            [(name, order_of(value)) for name, value in values if name in asked[: len(SEVERITIES)]],
            [night_of(value).hours for name, value in values if name == QUIET_HOURS],
            any(digest_hour.daily_of(value).at for name, value in values if name == digest_hour.POLICY),
        )


def policy_of(severity: str) -> str:
    """The policy by which messages of that severity take their ways."""
    return f"notify.{severity}"
