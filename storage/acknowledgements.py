"""That a person has taken note of a message: in the ledger, by whichever channel it was said. Real times."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, Database


@dataclass(frozen=True)
class Told:
    """A message that somebody may take note of. `case_id` is None for one about no case."""

    id: int
    created_at: datetime
    kind: str
    case_id: int | None
    case_version: int
    workflow: str
    person_id: int | None
    participant_id: int | None
    acknowledged_at: datetime | None


TOLD = """
SELECT m.id, m.created_at, m.kind, m.case_id, m.case_version, coalesce(c.workflow, '') AS workflow, m.person_id,
       m.participant_id, m.acknowledged_at
  FROM message m LEFT JOIN work_case c ON c.id = m.case_id WHERE m.id = $1
"""
ACKNOWLEDGE = """
UPDATE message SET acknowledged_at = $3, acknowledged_way = $4, escalate_at = NULL
 WHERE id = $1 AND created_at = $2 AND acknowledged_at IS NULL RETURNING id
"""
ACTED = """
UPDATE delivery SET acted_at = coalesce(acted_at, $3), acted = $4, opened_at = coalesce(opened_at, $3)
 WHERE message_id = $1 AND id = $2
"""


async def told(db: Database, message_id: int) -> Told | None:
    """The message of that id."""
    row = await db.fetchrow(TOLD, message_id)
    return Told(**dict(row)) if row else None


async def acknowledge(tx: Connection, message: Told, way: str, now: datetime) -> bool:
    """Note that the recipient took note; False when that was known."""
    return await tx.fetchval(ACKNOWLEDGE, message.id, message.created_at, now, way) is not None


async def acted(tx: Connection, message: Told, delivery_id: int, action: str, now: datetime) -> None:
    """Note by which delivery it was answered, and how."""
    await tx.execute(ACTED, message.id, delivery_id, now, action)
