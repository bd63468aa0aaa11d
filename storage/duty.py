"""Who is on duty (值班). Shifts are in business time; whoever is on duty for an organisation is so for all below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import spans
from storage.database import Connection
from storage.outbox import Claimed


@dataclass(frozen=True)
class NewShift:
    """Somebody will be on duty (business time)."""

    organisation_id: int
    person_id: int
    starts_at: datetime
    ends_at: datetime
    note: str


@dataclass(frozen=True)
class Shift:
    """A shift. `path` is the organisation's."""

    id: int
    organisation_id: int
    organisation: str
    path: str
    person_id: int
    person: str
    starts_at: datetime
    ends_at: datetime
    note: str
    called_off: bool


@dataclass(frozen=True)
class Holder:
    """Who can be on duty: their name, and the path of the organisation that they belong to."""

    name: str
    path: str


def on_duty(shift: str, at: str) -> str:
    """The SQL condition under which a row of `duty_shift` holds at an instant of business time."""
    return f"{shift}.ended_at IS NULL AND {shift}.starts_at <= {at} AND {shift}.ends_at > {at}"


ON_DUTY = f"""
SELECT EXISTS (SELECT FROM duty_shift s JOIN organisation o ON o.id = s.organisation_id
                WHERE s.person_id = $1 AND starts_with($2, o.path) AND {on_duty("s", "$3")})
"""
# Somebody on duty who holds a role that this person has too, at the same place, and is told the same.
COLLEAGUE = f"""
SELECT s.person_id FROM duty_shift s JOIN organisation o ON o.id = s.organisation_id
  JOIN post theirs ON theirs.person_id = s.person_id AND theirs.starts_at <= $3
       AND (theirs.ends_at IS NULL OR theirs.ends_at > $3)
  JOIN post mine ON mine.person_id = $1 AND mine.role = theirs.role AND mine.organisation_id = theirs.organisation_id
       AND mine.starts_at <= $3 AND (mine.ends_at IS NULL OR mine.ends_at > $3)
  JOIN message m ON m.case_id = $4 AND m.case_version = $5 AND m.kind = $6 AND m.person_id = s.person_id
       AND m.created_at >= $7 AND m.state IN ('queued', 'sent')
 WHERE s.person_id <> $1 AND starts_with($2, o.path) AND {on_duty("s", "$3")} LIMIT 1
"""
SHIFTS = """
SELECT s.id, s.organisation_id, o.name AS organisation, o.path, s.person_id, p.name AS person, s.starts_at, s.ends_at,
       s.note, s.ended_at IS NOT NULL AS called_off
  FROM duty_shift s JOIN organisation o ON o.id = s.organisation_id JOIN person p ON p.id = s.person_id
"""
INSERT = """
INSERT INTO duty_shift (organisation_id, person_id, starts_at, ends_at, note) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
OVERLAPS = """
SELECT EXISTS (SELECT FROM duty_shift WHERE organisation_id = $1 AND person_id = $2 AND ended_at IS NULL
                AND starts_at < $4 AND ends_at > $3)
"""
STANDS = """
SELECT EXISTS (SELECT FROM duty_shift WHERE organisation_id = $1 AND person_id = $2 AND ended_at IS NULL
                AND starts_at = $3 AND ends_at = $4)
"""
HAS_POST = """
SELECT p.name, home.path FROM person p JOIN organisation home ON home.id = p.organisation_id
  JOIN post ON post.person_id = p.id JOIN organisation o ON o.id = post.organisation_id
 WHERE p.id = $1 AND p.active AND (starts_with(o.path, $2) OR starts_with($2, o.path))
   AND post.starts_at <= $3 AND (post.ends_at IS NULL OR post.ends_at > $3) LIMIT 1
"""


async def is_on_duty(connection: Connection, person_id: int, path: str, at: datetime) -> bool:
    """Is that person on duty for the organisation of that path?"""
    found: bool = await connection.fetchval(ON_DUTY, person_id, path, at)
    return found


async def colleague_told(connection: Connection, message: Claimed, at: datetime) -> int | None:
    """Somebody on duty for the case's place who shares a role with the recipient and is told the same; or None."""
    told = (message.case_id, message.case_version, message.kind, spans.around(message.created_at))
    found: int | None = await connection.fetchval(COLLEAGUE, message.person_id, message.path, at, *told)
    return found


async def between(
    connection: Connection, paths: Sequence[str], begin: datetime, end: datetime
) -> list[Shift]:
    """The shifts within a span at and below organisations (LIKE patterns), the earliest first."""
    rows = await connection.fetch(
        f"{SHIFTS} WHERE s.ended_at IS NULL AND o.path LIKE ANY($1) AND s.starts_at < $3 AND s.ends_at > $2 "
        "ORDER BY s.starts_at, s.id",
        list(paths),
        begin,
        end,
    )
    return [Shift(**dict(row)) for row in rows]


async def by_id(connection: Connection, shift_id: int) -> Shift | None:
    """A shift, called off or not, locked to the transaction's end."""
    row = await connection.fetchrow(f"{SHIFTS} WHERE s.id = $1 FOR UPDATE OF s", shift_id)
    return Shift(**dict(row)) if row else None


async def insert(connection: Connection, new: NewShift) -> int:
    """Somebody will be on duty; the shift's id."""
    shift_id: int = await connection.fetchval(INSERT, *vars(new).values())
    return shift_id


async def call_off(connection: Connection, shift_id: int, now: datetime) -> None:
    """Nobody is on duty by that shift any more. `now` is real time."""
    await connection.execute("UPDATE duty_shift SET ended_at = $2 WHERE id = $1", shift_id, now)


async def overlaps(connection: Connection, new: NewShift) -> bool:
    """Is that person on duty there already at some time of it?"""
    found: bool = await connection.fetchval(
        OVERLAPS, new.organisation_id, new.person_id, new.starts_at, new.ends_at
    )
    return found


async def stands(connection: Connection, new: NewShift) -> bool:
    """Is there the very same shift?"""
    found: bool = await connection.fetchval(
        STANDS, new.organisation_id, new.person_id, new.starts_at, new.ends_at
    )
    return found


async def has_post(connection: Connection, person_id: int, path: str, at: datetime) -> Holder | None:
    """Somebody who has a post at, above or below the organisation of that path; None of others."""
    row = await connection.fetchrow(HAS_POST, person_id, path, at)
    return Holder(**dict(row)) if row else None
