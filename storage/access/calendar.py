"""The calendar of working days. It is one for the whole installation, so everybody signed in may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.database import Database
from storage.directory import Viewer


@dataclass(frozen=True)
class DayLine:
    """A day that differs from the statutory calendar. `set_by` is empty for who lies outside the viewer's scope."""

    day: date
    is_workday: bool
    note: str
    set_by: str


@dataclass(frozen=True)
class YearPage:
    """The days of a year that differ, and whether all of them are entered."""

    days: Sequence[DayLine]
    complete: bool


DAYS = """
SELECT c.day, c.is_workday, c.note, CASE WHEN o.path LIKE ANY($3::text[]) THEN p.name ELSE '' END AS set_by
  FROM calendar_override c LEFT JOIN person p ON p.id = c.set_by_id LEFT JOIN organisation o ON o.id = p.organisation_id
 WHERE c.day >= $1 AND c.day < $2 ORDER BY c.day
"""


async def year(db: Database, viewer: Viewer, number: int) -> YearPage:
    """One year; raises `DatabaseAway`."""
    async with db.connection() as connection:
        rows = await connection.fetch(DAYS, date(number, 1, 1), date(number + 1, 1, 1), viewer.paths)
        complete = await connection.fetchval(
            "SELECT EXISTS (SELECT FROM calendar_year WHERE year = $1)", number
        )
    return YearPage([DayLine(**dict(row)) for row in rows], complete)
