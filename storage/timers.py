"""Timers as rows: found when due, locked behind their case, fired or found moot once."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class DueTimer:
    """A timer whose time has come, with its case locked. `overtaken`: a later rung of its ladder is due as well."""

    id: int
    case_id: int
    workflow: str
    rule: str
    rung: int
    entered_version: int
    due_at: datetime
    tries: int
    began_at: datetime | None
    overtaken: bool


# Case and timer are locked together and nobody waits for either, so that no two writers wait in a ring.
DUE = """
SELECT t.id, t.case_id, c.workflow, t.rule, t.rung, t.entered_version, t.due_at, t.tries, c.began_at, EXISTS (
         SELECT 1 FROM timer later WHERE later.case_id = t.case_id AND later.rule = t.rule AND later.rung > t.rung
            AND later.fired_at IS NULL AND later.due_at <= $1) AS overtaken
  FROM timer t JOIN work_case c ON c.id = t.case_id
 WHERE t.fired_at IS NULL AND t.due_at <= $1 AND (t.next_try_at IS NULL OR t.next_try_at <= $2)
 ORDER BY t.due_at, t.id LIMIT 1 FOR UPDATE OF c, t SKIP LOCKED
"""
FINISH = """
WITH again AS (
  INSERT INTO timer (case_id, rule, rung, entered_version, due_at)
  SELECT case_id, rule, rung, entered_version, $4 FROM timer WHERE id = $1 AND $4::timestamptz IS NOT NULL
  ON CONFLICT DO NOTHING)
UPDATE timer SET fired_at = $2, outcome = $3 WHERE id = $1
"""


async def lock_due(connection: Connection, business_now: datetime, real_now: datetime) -> DueTimer | None:
    """The most overdue timer, locked with its case until the end of the transaction."""
    row = await connection.fetchrow(DUE, business_now, real_now)
    return DueTimer(**dict(row)) if row else None


async def finish(
    connection: Connection, timer_id: int, outcome: str, at: datetime, again: datetime | None = None
) -> None:
    """Note that the timer fired (`done`, `silent`) or had nothing to do (`moot`); the rung may come back at `again`."""
    await connection.execute(FINISH, timer_id, at, outcome, again)


async def postpone(connection: Connection, timer_id: int, until: datetime) -> None:
    """Try again later (real time): a timer that cannot be fired must not hold up the others."""
    await connection.execute(
        "UPDATE timer SET tries = tries + 1, next_try_at = $2 WHERE id = $1", timer_id, until
    )


NEXT_DUE = "SELECT min(due_at) FROM timer WHERE fired_at IS NULL AND next_try_at IS NULL"
NEXT_HALT = f"SELECT least(({NEXT_DUE}), (SELECT min(valid_from) FROM policy WHERE applied_at IS NULL))"


async def next_due(connection: Connection) -> datetime | None:
    """Business time of the next waiting timer that has not failed before."""
    due: datetime | None = await connection.fetchval(NEXT_DUE)
    return due


async def next_halt(connection: Connection) -> datetime | None:
    """The next business time at which something happens: a timer is due, or a policy comes to hold."""
    at: datetime | None = await connection.fetchval(NEXT_HALT)
    return at


# The timers of a state stay when they have fired, so that one which was armed once is not armed again.
UNARMED = """
SELECT c.id FROM work_case c
 WHERE c.closed_at IS NULL AND c.workflow = $1 AND c.state = $2 AND c.definition_version < $3 AND c.id > $5
   AND NOT EXISTS (SELECT 1 FROM timer t
                    WHERE t.case_id = c.id AND t.rule = $4 AND t.entered_version = c.entered_version)
 ORDER BY c.id LIMIT $6 FOR UPDATE OF c
"""
ARM = """
INSERT INTO timer (case_id, rule, rung, entered_version, due_at)
SELECT $1, $2, rung, $3, due_at FROM unnest($4::int[], $5::timestamptz[]) AS t(rung, due_at) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class New:
    """A rule that a version of a workflow's table brought for a state."""

    workflow: str
    state: str
    version: int
    rule: str


async def unarmed(tx: Connection, new: New, after: int, limit: int) -> list[int]:
    """The next open cases by id in that state, of an older version of the table, without timers of that rule.

    They are locked until the end of the transaction.
    """
    rows = await tx.fetch(UNARMED, new.workflow, new.state, new.version, new.rule, after, limit)
    return [row["id"] for row in rows]


async def arm(
    tx: Connection, case_id: int, rule: str, entered_version: int, dues: dict[int, datetime]
) -> None:
    """Promise the rungs (by their number) of a rule for these business times."""
    await tx.execute(ARM, case_id, rule, entered_version, list(dues), list(dues.values()))
