"""What somebody wants otherwise than the policies say of notices. Times of day are those of Asia/Shanghai."""

from storage.database import Connection

QUIET = """
SELECT quiet_from, quiet_to FROM notice_preference
 WHERE person_id = $1 AND quiet_from IS NOT NULL AND quiet_to IS NOT NULL
"""


async def quiet_hours(connection: Connection, person_id: int) -> tuple[str, str] | None:
    """Begin and end ('HH:MM') of somebody's own quiet hours; None when they have none of their own."""
    row = await connection.fetchrow(QUIET, person_id)
    return (row["quiet_from"], row["quiet_to"]) if row else None
