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


MUTE = """
INSERT INTO mute (person_id, kind, case_id, until, made_at, way)
SELECT $1::bigint, $2::varchar, $3::bigint, $4::timestamptz, $5, $6 WHERE NOT EXISTS (
  SELECT FROM mute WHERE person_id = $1 AND kind = $2 AND case_id IS NOT DISTINCT FROM $3 AND ended_at IS NULL
                     AND (until IS NULL OR until >= $4))
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
# What was put off only because of it goes on at once.
END = "UPDATE mute SET ended_at = $3 WHERE id = $2 AND person_id = $1 AND ended_at IS NULL RETURNING case_id"
WAKE = """
UPDATE message SET next_at = $3, held = ''
 WHERE person_id = $1 AND case_id = $2 AND state = 'queued' AND held = 'snooze'
"""
SNOOZE = """
INSERT INTO mute (person_id, case_id, until, made_at, way) VALUES ($1, $2, $3, $4, $5)
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
    """Nothing about the case until then, but for what may not be muted."""
    await tx.execute(SNOOZE, person_id, case_id, until, now, way)


async def end(tx: Connection, person_id: int, mute_id: int, now: datetime) -> bool:
    """They want to hear it again; False when there was no such mute of theirs."""
    row = await tx.fetchrow(END, person_id, mute_id, now)
    if row is None:
        return False
    await tx.execute(WAKE, person_id, row["case_id"], now)
    await tx.execute("SELECT pg_notify('outbox', '')")
    return True


async def mine(connection: Connection, person_id: int, now: datetime) -> list[Mute]:
    """All that somebody stopped, the newest first."""
    rows = await connection.fetch(f"{MINE} ORDER BY mute.id DESC", person_id, now)
    return [Mute(**dict(row)) for row in rows]
