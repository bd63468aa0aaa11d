"""What somebody wants otherwise than the policies say of notices. Times of day are those of Asia/Shanghai."""

from datetime import datetime

from storage.database import Connection

QUIET = """
SELECT quiet_from, quiet_to FROM notice_preference
 WHERE person_id = $1 AND quiet_from IS NOT NULL AND quiet_to IS NOT NULL
"""


async def quiet_hours(connection: Connection, person_id: int) -> tuple[str, str] | None:
    """Begin and end ('HH:MM') of somebody's own quiet hours; None when they have none of their own."""
    row = await connection.fetchrow(QUIET, person_id)
    return (row["quiet_from"], row["quiet_to"]) if row else None


CHOOSE = """
INSERT INTO notice_preference (person_id, quiet_from, quiet_to, set_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id) DO UPDATE SET quiet_from = $2, quiet_to = $3, set_at = $4,
  version = notice_preference.version + 1
"""


async def choose(tx: Connection, person_id: int, hours: tuple[str | None, str | None], now: datetime) -> None:
    """Somebody's own quiet hours from now on (real time); both None: those of the house."""
    await tx.execute(CHOOSE, person_id, *hours, now)
