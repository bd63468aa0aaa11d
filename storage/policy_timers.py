"""Policies that running timers have not followed yet, the cases below them, and the moving of timers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, Database


@dataclass(frozen=True)
class ToApply:
    """A version of a policy that holds since a while, and that running timers do not know of."""

    id: int
    organisation_id: int
    organisation_name: str
    path: str
    name: str
    version: int


TO_APPLY = """
SELECT p.id, p.organisation_id, o.name AS organisation_name, o.path, p.name, p.version
  FROM policy p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.applied_at IS NULL AND p.valid_from <= $1 ORDER BY p.valid_from, p.id
"""
CASES = """
SELECT c.id FROM work_case c JOIN organisation o ON o.id = c.organisation_id
 WHERE c.closed_at IS NULL AND c.workflow = ANY($1) AND starts_with(o.path, $2)
   AND EXISTS (SELECT 1 FROM timer t WHERE t.case_id = c.id AND t.fired_at IS NULL)
 ORDER BY c.id
"""
WAITING = """
SELECT t.id, t.rule, t.rung, t.due_at FROM timer t JOIN work_case c ON c.id = t.case_id
 WHERE t.case_id = $1 AND t.fired_at IS NULL AND t.entered_version = c.entered_version ORDER BY t.id
"""


async def to_apply(db: Database, now: datetime) -> list[ToApply]:
    """What holds at business time `now` and was not followed yet, in the order in which it came to hold."""
    return [ToApply(**dict(row)) for row in await db.fetch(TO_APPLY, now)]


async def cases_below(db: Database, workflows: Sequence[str], path: str) -> list[int]:
    """Open cases of those workflows with waiting timers, at the organisation of that path and below."""
    return [row["id"] for row in await db.fetch(CASES, list(workflows), path)]


async def waiting(connection: Connection, case_id: int) -> list[tuple[int, str, int, datetime]]:
    """Id, rule, rung and due time of the case's timers that wait in its present state."""
    return [tuple(row) for row in await connection.fetch(WAITING, case_id)]


async def move(connection: Connection, moves: Sequence[tuple[int, datetime]]) -> None:
    """Timers are due at other times from now on. Their case must be locked."""
    await connection.execute(
        "UPDATE timer t SET due_at = m.due_at, tries = 0, next_try_at = NULL "
        "FROM unnest($1::bigint[], $2::timestamptz[]) AS m(id, due_at) WHERE t.id = m.id",
        [timer_id for timer_id, _ in moves],
        [due_at for _, due_at in moves],
    )
    await connection.execute("SELECT pg_notify('timers', '')")


async def applied(connection: Connection, policy_id: int, at: datetime) -> bool:
    """Note that the timers have followed (real time); was it this call that noted it?"""
    done = await connection.execute(
        "UPDATE policy SET applied_at = $2 WHERE id = $1 AND applied_at IS NULL", policy_id, at
    )
    return done == "UPDATE 1"
