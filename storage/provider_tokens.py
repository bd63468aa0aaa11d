"""What providers lend an account for a time (access tokens, ids of uploaded files), shared by all processes.

Sealed like the secrets it was asked for with. One process asks at a time; the others wait for what it gets,
without holding a connection. Real time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.clock import Clock
from storage.database import Connection, Database, Record
from storage.sealing import SealBroken, Sealer

LOOK_AGAIN_S = 0.05
READ = "SELECT sealed, expires_at FROM provider_token WHERE account_id = $1 AND purpose = $2"
ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
KEEP = """
INSERT INTO provider_token (account_id, purpose, sealed, taken_at, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, purpose)
DO UPDATE SET sealed = EXCLUDED.sealed, taken_at = EXCLUDED.taken_at, expires_at = EXCLUDED.expires_at
"""
FORGET = "DELETE FROM provider_token WHERE expires_at < $1"


@dataclass(frozen=True)
class Wanted:
    """What is wanted: for which account and purpose, and asked for with what (`bound_to`, a digest).

    What was lent for another `bound_to` (a secret that was replaced) or is `stale` (the provider refused it) is
    asked for anew.
    """

    account_id: int
    purpose: str
    bound_to: str
    stale: str = ""


@dataclass(frozen=True)
class Lent:
    """A value with the time it has left."""

    value: str
    expires_in_s: float


Ask = Callable[[], Awaitable[Lent]]


class ProviderTokens:
    """The table `provider_token`. `real` is real time."""

    def __init__(self, db: Database, sealer: Sealer, real: Clock) -> None:
        self._db = db
        self._sealer = sealer
        self._real = real

    async def lend(self, wanted: Wanted, ask: Ask) -> Lent:
        """What is kept, else what `ask` gets, kept for all from then on. Raises `DatabaseAway`, and as `ask` does."""
        while True:
            async with self._db.transaction() as tx:
                lent = await self._kept(tx, wanted)
                if lent is None and await _is_mine_to_ask(tx, wanted):
                    # Somebody may have been given one between the look and the lock.
                    lent = await self._kept(tx, wanted) or await self._asked(tx, wanted, ask)
            if lent is not None:
                return lent
            await asyncio.sleep(LOOK_AGAIN_S)

    async def look(self, wanted: Wanted) -> Lent | None:
        """What is kept, and nothing is asked for. Raises `DatabaseAway`."""
        async with self._db.transaction() as tx:
            return await self._kept(tx, wanted)

    async def _kept(self, tx: Connection, wanted: Wanted) -> Lent | None:
        row = await tx.fetchrow(READ, wanted.account_id, wanted.purpose)
        if row is None or row["expires_at"] <= self._real.now():
            return None
        return self._opened(row, wanted)

    def _opened(self, row: Record, wanted: Wanted) -> Lent | None:
        try:
            held = self._sealer.open(row["sealed"], token_context(wanted.account_id))
        except SealBroken:  # by a master key that is not known any more
            return None
        if held.get("bound_to") != wanted.bound_to or held["value"] == wanted.stale:
            return None
        return Lent(held["value"], (row["expires_at"] - self._real.now()).total_seconds())

    async def _asked(self, tx: Connection, wanted: Wanted, ask: Ask) -> Lent:
        asked_at = self._real.now()
        lent = await ask()
        held = {"value": lent.value, "bound_to": wanted.bound_to}
        sealed = self._sealer.seal(held, token_context(wanted.account_id))
        until = asked_at + timedelta(seconds=lent.expires_in_s)
        await tx.execute(KEEP, wanted.account_id, wanted.purpose, sealed, asked_at, until)
        return lent


def token_context(account_id: int) -> str:
    """What that account's tokens are bound to when they are sealed."""
    return f"provider_token:{account_id}"


async def forget_expired(db: Database, now: datetime) -> None:
    """Drop what is over."""
    await db.execute(FORGET, now)


async def _is_mine_to_ask(tx: Connection, wanted: Wanted) -> bool:
    mine: bool = await tx.fetchval(ONE_AT_A_TIME, f"lend/{wanted.account_id}/{wanted.purpose}")
    return mine
