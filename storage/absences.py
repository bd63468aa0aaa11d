"""Absences as rows: entered, called off. Who stands in for whom because of them: `storage.directory`."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class NewAbsence:
    """Somebody is away from and until an instant (business time), with a deputy or none."""

    person_id: int
    deputy_id: int | None
    starts_at: datetime
    ends_at: datetime
    note: str


@dataclass(frozen=True)
class AbsenceRow:
    """An absence that was not called off, and where its person belongs."""

    id: int
    person_id: int
    name: str
    organisation_id: int
    path: str
    starts_at: datetime
    ends_at: datetime
    deputy: str


ROW = """
SELECT a.id, a.person_id, p.name, p.organisation_id, o.path, a.starts_at, a.ends_at, coalesce(d.name, '') AS deputy
  FROM absence a JOIN person p ON p.id = a.person_id JOIN organisation o ON o.id = p.organisation_id
  LEFT JOIN person d ON d.id = a.deputy_id
 WHERE a.id = $1 AND a.ended_at IS NULL FOR UPDATE OF a
"""
OVERLAPS = """
SELECT EXISTS (SELECT FROM absence WHERE person_id = $1 AND ended_at IS NULL AND starts_at < $3 AND ends_at > $2)
"""
# People of the same institution: of the nearest organisation upward that is no department, and its departments.
COLLEAGUES = """
WITH RECURSIVE house AS (
  (SELECT i.id FROM person p JOIN organisation o ON o.id = p.organisation_id
     JOIN organisation i ON starts_with(o.path, i.path) AND i.kind <> 'department'
    WHERE p.id = $1 ORDER BY length(i.path) DESC LIMIT 1)
  UNION ALL
  SELECT o.id FROM house h JOIN organisation o ON o.parent_id = h.id AND o.kind = 'department')
SELECT c.id, c.name, c.title FROM person c
 WHERE c.organisation_id IN (SELECT id FROM house) AND c.active AND c.id <> $1
   AND EXISTS (SELECT FROM post WHERE post.person_id = c.id AND post.starts_at <= $2
                  AND (post.ends_at IS NULL OR post.ends_at > $2))
 ORDER BY c.name, c.id
"""


async def overlaps(connection: Connection, person_id: int, starts_at: datetime, ends_at: datetime) -> bool:
    """Is the person away already at some time between the two instants?"""
    found: bool = await connection.fetchval(OVERLAPS, person_id, starts_at, ends_at)
    return found


async def colleagues(connection: Connection, person_id: int, at: datetime) -> list[tuple[int, str, str]]:
    """Id, name and title of everybody active of the same institution who holds a post at `at` (business time)."""
    return [tuple(row) for row in await connection.fetch(COLLEAGUES, person_id, at)]


async def insert(connection: Connection, new: NewAbsence) -> int:
    """Keep a new absence; its id."""
    absence_id: int = await connection.fetchval(
        "INSERT INTO absence (person_id, deputy_id, starts_at, ends_at, note) VALUES ($1, $2, $3, $4, $5) "
        "RETURNING id",
        new.person_id,
        new.deputy_id,
        new.starts_at,
        new.ends_at,
        new.note,
    )
    return absence_id


async def running(connection: Connection, absence_id: int) -> AbsenceRow | None:
    """The absence, locked to the end of the transaction; None when there is none, or it was called off."""
    row = await connection.fetchrow(ROW, absence_id)
    return AbsenceRow(**dict(row)) if row else None


async def end(connection: Connection, absence_id: int, at: datetime) -> None:
    """It does not count any more; `at` is real time."""
    await connection.execute("UPDATE absence SET ended_at = $2 WHERE id = $1", absence_id, at)
