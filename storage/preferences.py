"""What somebody wants otherwise than the policies say of notices. Times of day are those of Asia/Shanghai."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class Own:
    """Somebody's own begin and end of quiet hours, and time of the digest ('HH:MM'); None: that of the house."""

    quiet: tuple[str, str] | None = None
    digest_at: str | None = None


OWN = "SELECT quiet_from, quiet_to, digest_at FROM notice_preference WHERE person_id = $1"


async def own(connection: Connection, person_id: int) -> Own:
    """What somebody chose; nothing at all for most."""
    row = await connection.fetchrow(OWN, person_id)
    if row is None:
        return Own()
    begin, end, digest_at = row
    return Own((begin, end) if begin and end else None, digest_at)


CHOOSE = """
INSERT INTO notice_preference (person_id, quiet_from, quiet_to, digest_at, set_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (person_id) DO UPDATE SET quiet_from = $2, quiet_to = $3, digest_at = $4, set_at = $5,
  version = notice_preference.version + 1
"""


async def choose(tx: Connection, person_id: int, chosen: Own, now: datetime) -> None:
    """What holds for somebody from now on (real time)."""
    begin, end = chosen.quiet or (None, None)
    await tx.execute(CHOOSE, person_id, begin, end, chosen.digest_at, now)
