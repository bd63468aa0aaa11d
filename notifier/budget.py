"""How much an address and an account take: sliding windows, counted in the ledger and so shared by all processes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

from storage import tries
from storage.clock import SHANGHAI
from storage.database import Connection
from storage.deliveries import Route
from storage.tries import WHOLE_ACCOUNT, Tries

QUOTA_KINDS = frozenset({"wecom"})  # whose accounts may have a daily quota in their settings
RESERVE_OF_QUOTA = 0.05  # of a day's quota, kept for what is urgent


@dataclass(frozen=True)
class Budget:
    """At most `count` tries in any window of that length, for each address or for the whole account.

    Of these, `reserve` are kept for what is urgent. From `near` of the count on, what is for information waits to be
    told along with others. `only_groups`: it holds for groups' chats alone (Telegram: ids below zero).
    """

    count: int
    window: timedelta
    per: Literal["address", "account"] = "address"
    reserve: int = 0
    near: float | None = None
    only_groups: bool = False

    def counts(self, route: Route) -> bool:
        """Does it hold for that address?"""
        return not self.only_groups or route.address.startswith("-")

    def for_(self, *, pressing: bool) -> "Budget":
        """What of it is there for one message."""
        return Budget(self.count if pressing else max(self.count - self.reserve, 1), self.window)


def wait_until(had: Sequence[datetime], budgets: Sequence[Budget], now: datetime) -> datetime | None:
    """When the next try is allowed, given the begins of former ones (oldest first); None when it is now."""
    waits = []
    for budget in budgets:
        inside = [tried for tried in had if tried > now - budget.window]
        if len(inside) >= budget.count:
            waits.append(inside[-budget.count] + budget.window)
    return max(waits, default=None)


@dataclass
class Tally:
    """What addresses and accounts have had, while nobody else counts there. Lasts as long as the transaction."""

    budgets: Mapping[str, Sequence[Budget]]
    now: datetime
    had: Tries = field(default_factory=dict)
    quotas: dict[int, tuple[int, int]] = field(default_factory=dict)

    def until(self, route: Route, *, pressing: bool) -> datetime | None:
        """When the provider takes the next one by that way; None when it is now."""
        waits = [
            wait_until(self._had(budget, route), [budget.for_(pressing=pressing)], self.now)
            for budget in self._of(route)
        ]
        return max((wait for wait in [*waits, self._tomorrow(route, pressing)] if wait), default=None)

    def is_near(self, route: Route) -> bool:
        """Has that way had so much that what is for information should wait for others?"""
        return any(self._is_near(budget, route) for budget in self._of(route) if budget.near is not None)

    def take(self, route: Route) -> None:
        """One more is sent."""
        for way in ((route.account_id, route.address), (route.account_id, WHOLE_ACCOUNT)):
            self.had.setdefault(way, []).append(self.now)
        if route.account_id in self.quotas:
            quota, used = self.quotas[route.account_id]
            self.quotas[route.account_id] = quota, used + 1

    def _of(self, route: Route) -> list[Budget]:
        return [budget for budget in self.budgets.get(route.channel, ()) if budget.counts(route)]

    def _had(self, budget: Budget, route: Route) -> list[datetime]:
        of = route.address if budget.per == "address" else WHOLE_ACCOUNT
        return self.had.get((route.account_id, of), [])

    def _is_near(self, budget: Budget, route: Route) -> bool:
        inside = sum(tried > self.now - budget.window for tried in self._had(budget, route))
        return inside >= budget.count * (budget.near or 1)

    def _tomorrow(self, route: Route, pressing: bool) -> datetime | None:
        if route.account_id not in self.quotas:
            return None
        quota, used = self.quotas[route.account_id]
        left = quota if pressing else quota - int(quota * RESERVE_OF_QUOTA)
        return midnight(self.now) + timedelta(days=1) if used >= left else None


async def tally(
    connection: Connection, budgets: Mapping[str, Sequence[Budget]], routes: Iterable[Route], now: datetime
) -> Tally:
    """Count what these ways have had; nobody else counts there until the transaction ends."""
    limited = [route for route in routes if budgets.get(route.channel)]
    counted = Tally(budgets, now)
    if not limited:
        return counted
    by_account = [(r.account_id, b) for r in limited for b in budgets[r.channel] if b.per == "account"]
    quotas = await _quotas(connection, limited)
    whole = {account for account, _ in by_account}
    await tries.lock(
        connection,
        {*((r.account_id, r.address) for r in limited), *((id_, WHOLE_ACCOUNT) for id_ in {*whole, *quotas})},
    )
    by_address = [b.window for r in limited for b in budgets[r.channel] if b.per == "address"]
    if by_address:
        counted.had |= await tries.of_addresses(connection, limited, now - max(by_address))
    if whole:
        longest = max(budget.window for _, budget in by_account)
        counted.had |= await tries.of_accounts(connection, whole, now - longest)
    if quotas:
        used = await tries.used_since(connection, quotas, midnight(now))
        counted.quotas = {account: (quota, used[account]) for account, quota in quotas.items()}
    return counted


async def _quotas(connection: Connection, routes: Iterable[Route]) -> dict[int, int]:
    accounts = {route.account_id for route in routes if route.channel in QUOTA_KINDS}
    return await tries.quotas(connection, accounts) if accounts else {}


def midnight(now: datetime) -> datetime:
    """When the day began in Asia/Shanghai."""
    return datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
