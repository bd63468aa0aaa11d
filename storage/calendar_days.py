"""The calendar's overrides (调休), as the administrators entered them."""

from datetime import date

from storage.database import Database


async def overrides(db: Database) -> dict[date, bool]:
    """Day → is it worked, for all days that differ from the statutory calendar."""
    rows = await db.fetch("SELECT day, is_workday FROM calendar_override")
    return {row["day"]: row["is_workday"] for row in rows}
