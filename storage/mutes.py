"""What somebody wants to hear no more, or not until then. Real times."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class Muting:
    """A kind of message that a person stops; in one case where there is one. `way` is the channel or door."""

    person_id: int
    kind: str
    until: datetime | None
    way: str
    case_id: int | None = None


# One that holds is prolonged. `greatest` passes over NULL, which stands for no end.
MUTE = """
WITH prolonged AS (
  UPDATE mute SET until = CASE WHEN until IS NOT NULL AND $4::timestamptz IS NOT NULL THEN greatest(until, $4) END
   WHERE person_id = $1 AND kind = $2 AND case_id IS NOT DISTINCT FROM $3 AND ended_at IS NULL
     AND (until IS NULL OR until > $5) RETURNING id)
INSERT INTO mute (person_id, kind, case_id, until, made_at, way)
SELECT $1::bigint, $2::varchar, $3::bigint, $4::timestamptz, $5, $6 WHERE NOT EXISTS (SELECT FROM prolonged)
"""


async def mute(tx: Connection, muting: Muting, now: datetime) -> None:
    """From now on; nothing changes where it is stopped for as long already."""
    of = muting
    await tx.execute(MUTE, of.person_id, of.kind, of.case_id, of.until, now, of.way)


NEVER = ("adverse_event.", "storm.")  # the clocks of the law, and what stands for many alarms
LOW = (None, "info", "notice")


@dataclass(frozen=True)
class Mute:
    """One that holds. Without a kind it is all of the case; without an end it is for good."""

    id: int
    kind: str | None
    case_id: int | None
    number: str
    title: str
    until: datetime | None
    way: str
    made_at: datetime


MINE = """
SELECT mute.id, mute.kind, mute.case_id, coalesce(c.number, '') AS number, coalesce(c.title, '') AS title, mute.until,
       mute.way, mute.made_at
  FROM mute LEFT JOIN work_case c ON c.id = mute.case_id
 WHERE mute.person_id = $1 AND mute.ended_at IS NULL AND (mute.until IS NULL OR mute.until > $2)
"""
ACTIVE = f"""{MINE} AND (mute.kind IS NULL OR mute.kind = $3) AND (mute.case_id IS NULL OR mute.case_id = $4)
   AND (mute.kind IS NOT NULL OR mute.case_id IS NOT NULL)
 ORDER BY mute.until DESC NULLS FIRST LIMIT 1"""
# With all others of the same, since any of them would keep it silent.
END = """
UPDATE mute SET ended_at = $3
  FROM (SELECT m.kind, m.case_id, c.number FROM mute m LEFT JOIN work_case c ON c.id = m.case_id
         WHERE m.id = $2 AND m.person_id = $1) one
 WHERE mute.person_id = $1 AND mute.ended_at IS NULL AND mute.kind IS NOT DISTINCT FROM one.kind
   AND mute.case_id IS NOT DISTINCT FROM one.case_id
RETURNING mute.case_id, coalesce(one.number, one.kind) AS name
"""
# What was put off only because of it goes on at once; what another one puts off is put off anew.
WAKE = """
UPDATE message SET next_at = $3, held = ''
 WHERE person_id = $1 AND case_id = $2 AND state = 'queued' AND held = 'snooze'
"""
OTHER_TIME = """
UPDATE mute SET ended_at = $3 WHERE person_id = $1 AND case_id = $2 AND kind IS NULL AND ended_at IS NULL
"""
SNOOZE = """
INSERT INTO mute (person_id, case_id, until, made_at, way) VALUES ($1, $2, $3, $4, $5)
"""


SNOOZED = """
SELECT max(until) FROM mute
 WHERE person_id = $1 AND case_id = $2 AND kind IS NULL AND ended_at IS NULL AND until > $3
"""


def may_be_muted(kind: str, severity: str | None) -> bool:
    """Whether the reader may stop it: nothing urgent, and nothing by which the law counts."""
    return severity in LOW and not kind.startswith(NEVER)


async def active(
    tx: Connection, person_id: int, kind: str, case_id: int | None, now: datetime
) -> Mute | None:
    """What stops a message of that kind about that case, if anything does."""
    row = await tx.fetchrow(ACTIVE, person_id, now, kind, case_id)
    return Mute(**dict(row)) if row else None


async def snooze(
    tx: Connection, person_id: int, case_id: int, until: datetime, way: str, now: datetime
) -> None:
    """Nothing about the case until then, sooner or later than was said before, but for what may not be muted."""
    await tx.execute(OTHER_TIME, person_id, case_id, now)
    await tx.execute(SNOOZE, person_id, case_id, until, now, way)
    await _wake(tx, person_id, case_id, now)


async def end(tx: Connection, person_id: int, mute_id: int, now: datetime) -> str | None:
    """They want to hear it again; which kind or case it was, None when no such mute of theirs holds."""
    row = await tx.fetchrow(END, person_id, mute_id, now)
    if row is None:
        return None
    await _wake(tx, person_id, row["case_id"], now)
    return str(row["name"])


async def snoozed_until(
    connection: Connection, person_id: int, case_id: int, now: datetime
) -> datetime | None:
    """Until when the person put the case off, if they did."""
    until: datetime | None = await connection.fetchval(SNOOZED, person_id, case_id, now)
    return until


async def _wake(tx: Connection, person_id: int, case_id: int | None, now: datetime) -> None:
    await tx.execute(WAKE, person_id, case_id, now)
    await tx.execute("SELECT pg_notify('outbox', '')")


async def mine(connection: Connection, person_id: int, now: datetime) -> list[Mute]:
    """All that somebody stopped, the newest first."""
    rows = await connection.fetch(f"{MINE} ORDER BY mute.id DESC", person_id, now)
    return [Mute(**dict(row)) for row in rows]
