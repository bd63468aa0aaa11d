"""The offset of business time, kept in the database so that all processes agree.

It only ever grows. It is moved by setting a target; the timer loop then steps towards it, halting at
every timer on the way, so that each fires at its own business time and not all at the end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.clock import BusinessClock, Clock
from storage.database import Connection, Database
from storage.timers import next_halt


@dataclass(frozen=True)
class BusinessTimeState:
    """Offset and target in seconds ahead of real time."""

    offset_s: float
    target_s: float

    @property
    def moving(self) -> bool:
        return self.target_s > self.offset_s


async def read(connection: Connection) -> BusinessTimeState:
    """The offset as it is now."""
    row = await connection.fetchrow("SELECT offset_s, target_s FROM business_time WHERE id = 1")
    return BusinessTimeState(row["offset_s"], row["target_s"]) if row else BusinessTimeState(0.0, 0.0)


async def refresh(connection: Connection, clock: BusinessClock) -> BusinessTimeState:
    """Let this process's business clock take over the common offset."""
    state = await read(connection)
    clock.moved_to(state.offset_s)
    return state


async def advance(connection: Connection, seconds: float) -> None:
    """Ask for business time to move forward; raises ValueError for a step back."""
    if seconds <= 0:
        raise ValueError("business time only moves forward")
    await connection.execute("UPDATE business_time SET target_s = greatest(target_s, offset_s) + $1", seconds)
    await connection.execute("SELECT pg_notify('timers', '')")


async def step(connection: Connection, real: Clock, clock: BusinessClock) -> bool:
    """Move towards the target, at most to the next waiting timer; False when the target is reached.

    Called inside a transaction with all due timers fired; the row is locked, so that one process steps.
    """
    row = await connection.fetchrow("SELECT offset_s, target_s FROM business_time WHERE id = 1 FOR UPDATE")
    if row is None or row["target_s"] <= row["offset_s"]:
        return False
    halt = _halt(row["offset_s"], row["target_s"], real.now(), await next_halt(connection))
    await connection.execute("UPDATE business_time SET offset_s = $1", halt)
    await connection.execute("SELECT pg_notify('clock', '')")
    clock.moved_to(halt)
    return True


def _halt(offset_s: float, target_s: float, real_now: datetime, due: datetime | None) -> float:
    if due is None or due > real_now + timedelta(seconds=target_s):
        return target_s
    return max(offset_s, (due - real_now).total_seconds())


async def current(db: Database, clock: BusinessClock) -> datetime:
    """Business time now, freshly read."""
    async with db.connection() as connection:
        await refresh(connection, clock)
    return clock.now()
