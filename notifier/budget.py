"""How many messages an address takes: sliding windows, counted in the ledger and so shared by all processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Budget:
    """At most `count` tries in any window of that length."""

    count: int
    window: timedelta


def wait_until(tries: Sequence[datetime], budgets: Sequence[Budget], now: datetime) -> datetime | None:
    """When the next try is allowed, given the begins of former ones (oldest first); None when it is now."""
    waits = []
    for budget in budgets:
        inside = [tried for tried in tries if tried > now - budget.window]
        if len(inside) >= budget.count:
            waits.append(inside[-budget.count] + budget.window)
    return max(waits, default=None)
