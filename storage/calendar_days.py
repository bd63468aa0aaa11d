"""The calendar's overrides (调休), as the administrators entered them: one calendar for the whole installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Connection, Database

# As the audit tells it: what a day was before it was entered, changed or taken back.
MOVED = """
SELECT at, subject::date AS day, (before->>'is_workday')::boolean AS before FROM audit
 WHERE at > $1 AND action IN ('calendar.enter', 'calendar.remove')
   AND (before ? 'is_workday' OR after ? 'is_workday')
 ORDER BY at DESC, id DESC
"""
ENTER = """
INSERT INTO calendar_override (day, is_workday, note, set_by_id)
SELECT d.day, d.is_workday, d.note, $2
  FROM jsonb_to_recordset($1) AS d(day date, is_workday boolean, note text)
ON CONFLICT (day) DO UPDATE SET is_workday = excluded.is_workday, note = excluded.note, set_by_id = excluded.set_by_id
 WHERE (calendar_override.is_workday, calendar_override.note) <> (excluded.is_workday, excluded.note)
RETURNING day
"""

# The calendar is kept by a nation's or province's administrators, and at the top of a smaller house.
KEPT_AT = """
SELECT EXISTS (SELECT FROM organisation WHERE path = ANY($1) AND (kind IN ('nation', 'province') OR parent_id IS NULL))
"""


@dataclass(frozen=True)
class Override:
    """A day that differs from the statutory calendar."""

    day: date
    is_workday: bool
    note: str = ""


@dataclass(frozen=True)
class KnownDays:
    """All days that differ, and the years of which all are entered."""

    overrides: Mapping[date, bool]
    years: frozenset[int]


@dataclass(frozen=True)
class MovedDay:
    """A day that was entered, changed or taken back, when (real time), and what it was before: None for no override."""

    at: datetime
    day: date
    before: bool | None


async def known(db: Database) -> KnownDays:
    """What is entered now; raises `DatabaseAway`."""
    async with db.connection() as connection:
        days = await connection.fetch("SELECT day, is_workday FROM calendar_override")
        years = await connection.fetch("SELECT year FROM calendar_year")
    return KnownDays({row["day"]: row["is_workday"] for row in days}, frozenset(row["year"] for row in years))


async def moved_days(connection: Connection, since: datetime) -> Sequence[MovedDay]:
    """Every change of the calendar since then, the newest first."""
    return [MovedDay(**dict(row)) for row in await connection.fetch(MOVED, since)]


async def are_kept_at(db: Database, paths: Sequence[str]) -> bool:
    """Is one of these organisations (by path) a place where the calendar is kept? Raises `DatabaseAway`."""
    row = await db.fetchrow(KEPT_AT, paths)
    return bool(row and row[0])


async def at(connection: Connection, days: Sequence[date]) -> dict[date, Override]:
    """The overrides of these days, locked until the end of the transaction."""
    rows = await connection.fetch(
        "SELECT day, is_workday, note FROM calendar_override WHERE day = ANY($1) FOR UPDATE", days
    )
    return {row["day"]: Override(**dict(row)) for row in rows}


async def enter(connection: Connection, days: Sequence[Override], person_id: int | None) -> list[date]:
    """Enter or change days; those that changed."""
    given = [{"day": d.day, "is_workday": d.is_workday, "note": d.note} for d in days]
    rows = await connection.fetch(ENTER, given, person_id)
    await _tell(connection)
    return [row["day"] for row in rows]


async def remove(connection: Connection, day: date) -> Override | None:
    """Take a day back; what it was, or None when it was none."""
    row = await connection.fetchrow(
        "DELETE FROM calendar_override WHERE day = $1 RETURNING day, is_workday, note", day
    )
    await _tell(connection)
    return Override(**dict(row)) if row else None


async def set_complete(connection: Connection, year: int, complete: bool, person_id: int | None) -> bool:
    """Say whether all days of a year are entered; was that news?"""
    if complete:
        done = await connection.execute(
            "INSERT INTO calendar_year (year, set_by_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            year,
            person_id,
        )
    else:
        done = await connection.execute("DELETE FROM calendar_year WHERE year = $1", year)
    await _tell(connection)
    return not done.endswith(" 0")


async def _tell(connection: Connection) -> None:
    """Whoever counts working days reads them anew: at once by this, else by polling."""
    await connection.execute("SELECT pg_notify('clock', '')")
