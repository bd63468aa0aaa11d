"""Timers as rows: found when due, locked behind their case, fired or found moot once."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class DueTimer:
    """A timer whose time has come, with its case locked."""

    id: int
    case_id: int
    workflow: str
    rule: str
    rung: int
    entered_version: int
    due_at: datetime
    tries: int


# The case is locked first, as the engine does, so that the two never wait for each other in a ring.
DUE_CASE = """
SELECT t.id, t.case_id FROM timer t JOIN work_case c ON c.id = t.case_id
 WHERE t.fired_at IS NULL AND t.due_at <= $1 AND (t.next_try_at IS NULL OR t.next_try_at <= $2)
 ORDER BY t.due_at, t.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED
"""
TIMER = """
SELECT t.id, t.case_id, c.workflow, t.rule, t.rung, t.entered_version, t.due_at, t.tries
  FROM timer t JOIN work_case c ON c.id = t.case_id
 WHERE t.id = $1 AND t.fired_at IS NULL FOR UPDATE OF t
"""


async def lock_due(connection: Connection, business_now: datetime, real_now: datetime) -> DueTimer | None:
    """The most overdue timer, locked with its case until the end of the transaction."""
    while (found := await connection.fetchrow(DUE_CASE, business_now, real_now)) is not None:
        row = await connection.fetchrow(TIMER, found["id"])
        if row is not None:
            return DueTimer(**dict(row))
    return None


async def finish(connection: Connection, timer_id: int, outcome: str, at: datetime) -> None:
    """Note that the timer fired (`done`) or had nothing to do (`moot`)."""
    await connection.execute(
        "UPDATE timer SET fired_at = $2, outcome = $3 WHERE id = $1", timer_id, at, outcome
    )


async def postpone(connection: Connection, timer_id: int, until: datetime) -> None:
    """Try again later (real time): a timer that cannot be fired must not hold up the others."""
    await connection.execute(
        "UPDATE timer SET tries = tries + 1, next_try_at = $2 WHERE id = $1", timer_id, until
    )


async def next_due(connection: Connection) -> datetime | None:
    """Business time of the next waiting timer that has not failed before."""
    due: datetime | None = await connection.fetchval(
        "SELECT min(due_at) FROM timer WHERE fired_at IS NULL AND next_try_at IS NULL"
    )
    return due


async def is_overtaken(connection: Connection, timer: DueTimer, now: datetime) -> bool:
    """Is a later rung of the same ladder due as well?"""
    overtaken: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM timer WHERE case_id = $1 AND rule = $2 AND rung > $3 "
        "AND fired_at IS NULL AND due_at <= $4)",
        timer.case_id,
        timer.rule,
        timer.rung,
        now,
    )
    return overtaken


async def arm_again(connection: Connection, timer: DueTimer, due_at: datetime) -> None:
    """The same rung comes back at `due_at`, unless the state is left before."""
    await connection.execute(
        "INSERT INTO timer (case_id, rule, rung, entered_version, due_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        timer.case_id,
        timer.rule,
        timer.rung,
        timer.entered_version,
        due_at,
    )
