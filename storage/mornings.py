"""Reminders that wait for the one message of a morning: one a person and day. Business days, real times.

They are no messages yet. Once everything of the moment has fired, each person's become one message that is sent, and
one beside it for each reminder that it tells of, so that the ledger and the auditor know them one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from storage.database import Connection
from storage.outbox import due

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('mornings', 0))"
# Before all that is due at this moment has fired nobody is told, or they would be told twice.
IS_READY = """
SELECT EXISTS (SELECT FROM morning_reminder) AND NOT EXISTS (
  SELECT FROM timer WHERE fired_at IS NULL AND due_at <= $1 AND next_try_at IS NULL)
"""
WAITING = """
SELECT r.id, r.case_id, r.case_version, c.number, c.workflow, r.kind, r.severity, r.person_id, r.variables,
       r.valid_while, r.created_at, r.day, coalesce((
         SELECT region.name FROM organisation region
          WHERE region.kind IN ('city', 'province', 'nation') AND starts_with(o.path, region.path)
          ORDER BY length(region.path) DESC LIMIT 1), o.name) AS region,
       NOT p.active OR coalesce(r.valid_while <> c.entered_version, false) AS is_untrue,
       (SELECT CASE WHEN bool_or(m.until IS NULL OR m.case_id IS NULL) THEN 'stopped'
                    WHEN count(*) > 0 THEN 'snoozed' ELSE '' END
          FROM mute m WHERE m.person_id = r.person_id AND m.ended_at IS NULL AND (m.until IS NULL OR m.until > $2)
           AND coalesce(m.kind, r.kind) = r.kind AND coalesce(m.case_id, r.case_id) = r.case_id
           AND r.severity IN ('info', 'notice')) AS muted
  FROM morning_reminder r JOIN work_case c ON c.id = r.case_id JOIN organisation o ON o.id = c.organisation_id
  JOIN person p ON p.id = r.person_id LEFT JOIN morning_told told ON told.person_id = r.person_id
 WHERE coalesce(told.day < $1::date, true) ORDER BY r.id
"""
TOLD = """
INSERT INTO morning_told (person_id, day) SELECT unnest($1::bigint[]), $2::date
ON CONFLICT (person_id) DO UPDATE SET day = excluded.day
"""
SAY = f"""
INSERT INTO message (created_at, case_version, kind, severity, person_id, organisation_id, lane, variables, next_at,
                     due_at)
SELECT $1::timestamptz, 0, s.kind, s.severity, p.id, p.organisation_id, 'morning/' || p.id, s.variables, $1,
       {due("s.severity", "$1::timestamptz")}
  FROM jsonb_to_recordset($2) AS s(person_id bigint, kind text, severity text, variables jsonb)
  JOIN person p ON p.id = s.person_id
RETURNING person_id, id
"""
KEEP = f"""
INSERT INTO message (created_at, case_id, case_version, kind, severity, person_id, lane, variables, valid_while, state,
                     bundle_id, finished_at, reason, next_at, due_at)
SELECT r.created_at, r.case_id, r.case_version, r.kind, k.severity, r.person_id, concat_ws('/', r.case_id, r.person_id),
       r.variables, r.valid_while, k.state, k.bundle_id, CASE WHEN k.state <> 'queued' THEN $1::timestamptz END,
       k.reason, $1, {due("k.severity", "$1::timestamptz")}
  FROM jsonb_to_recordset($2) AS k(id bigint, state text, severity text, bundle_id bigint, reason text)
  JOIN morning_reminder r ON r.id = k.id ORDER BY r.id
"""


@dataclass(frozen=True)
class Reminder:
    """One that waits. `day` is the business day on which it was due; `muted` is stopped, snoozed, or nothing."""

    id: int
    case_id: int
    case_version: int
    number: str
    workflow: str
    kind: str
    severity: str
    person_id: int
    variables: Mapping[str, Any]
    valid_while: int | None
    created_at: datetime
    day: date
    region: str
    is_untrue: bool
    muted: str


@dataclass(frozen=True)
class Said:
    """A message about no single case, to one person."""

    person_id: int
    kind: str
    severity: str
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Kept:
    """What becomes of a reminder: a message that is sent itself, told by another one, or withdrawn for a reason."""

    id: int
    state: str
    severity: str
    bundle_id: int | None = None
    reason: str = ""


async def is_ready(tx: Connection, business_now: datetime) -> bool:
    """Does anything wait, with all that is due having fired?"""
    ready: bool = await tx.fetchval(IS_READY, business_now)
    return ready


async def waiting(tx: Connection, today: date, now: datetime) -> list[Reminder]:
    """All that waits for people who were told nothing on that business day. Nobody else reads it meanwhile."""
    await tx.execute(LOCK)
    return [Reminder(**dict(row)) for row in await tx.fetch(WAITING, today, now)]


async def say(tx: Connection, said: Sequence[Said], now: datetime) -> dict[int, int]:
    """Write the messages; the id of each by its person."""
    rows = await tx.fetch(SAY, now, [vars(each) for each in said]) if said else []
    return {row["person_id"]: row["id"] for row in rows}


async def keep(
    tx: Connection, kept: Sequence[Kept], people: Sequence[int], today: date, now: datetime
) -> None:
    """Let the reminders become messages; the people have had the message of that business day."""
    if not kept:
        return
    await tx.execute(KEEP, now, [vars(each) for each in kept])
    await tx.execute("DELETE FROM morning_reminder WHERE id = ANY($1)", [each.id for each in kept])
    await tx.execute(TOLD, list(people), today)
    await tx.execute("SELECT pg_notify('outbox', '')")
