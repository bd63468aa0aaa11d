"""What is closed when somebody leaves, as rows, in the transaction of whoever closes it."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class OpenPart:
    """A part that somebody has in an open case."""

    case_id: int
    number: str
    workflow: str
    path: str
    part: str
    version: int


# Each statement ends what is left of one kind and says how many there were. $2 is real time, $3 of shifts is not.
WAYS = "UPDATE contact_point SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL RETURNING 1"
CODES = "DELETE FROM link_code WHERE person_id = $1 AND used_at IS NULL AND expires_at > $2 RETURNING 1"
ABSENCES = "UPDATE absence SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL RETURNING 1"
SHIFTS = """
UPDATE duty_shift SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL AND ends_at > $3 RETURNING 1
"""
MESSAGES = """
UPDATE message SET state = 'withdrawn', finished_at = $2, reason = $3
 WHERE person_id = $1 AND state = 'queued' RETURNING 1
"""
PARTS = """
SELECT c.id AS case_id, c.number, c.workflow, o.path, p.part, c.version
  FROM participant p JOIN work_case c ON c.id = p.case_id AND c.closed_at IS NULL
  JOIN organisation o ON o.id = c.organisation_id
 WHERE p.person_id = $1 AND p.ended_at IS NULL AND p.part = ANY($2) ORDER BY c.id
"""


async def set_active(connection: Connection, person_id: int, active: bool, at: datetime) -> None:
    """The person leaves at `at` (real time), without a password from then on; or is there again."""
    await connection.execute(
        "UPDATE person SET active = $2, left_at = CASE WHEN $2 THEN NULL ELSE $3::timestamptz END, "
        "password_hash = CASE WHEN $2 THEN password_hash END, version = version + 1 WHERE id = $1",
        person_id,
        active,
        at,
    )


async def end_ways(connection: Connection, person_id: int, at: datetime) -> int:
    """Nothing is sent to any address of theirs any more, nor taken from there."""
    return len(await connection.fetch(WAYS, person_id, at))


async def void_codes(connection: Connection, person_id: int, at: datetime) -> int:
    """Codes with which they could link a chat end."""
    return len(await connection.fetch(CODES, person_id, at))


async def end_absences(connection: Connection, person_id: int, at: datetime) -> int:
    """Their absences end, and with them what their deputies held."""
    return len(await connection.fetch(ABSENCES, person_id, at))


async def end_shifts(connection: Connection, person_id: int, at: datetime, business: datetime) -> int:
    """They are not on duty any more: what the duty calendar shows from business time `business` on is true."""
    return len(await connection.fetch(SHIFTS, person_id, at, business))


async def withdraw_messages(connection: Connection, person_id: int, at: datetime, reason: str) -> int:
    """What was still to be sent to them is not."""
    return len(await connection.fetch(MESSAGES, person_id, at, reason))


async def open_parts(connection: Connection, person_id: int, parts: list[str]) -> list[OpenPart]:
    """Their parts of those kinds in cases that are open."""
    return [OpenPart(**dict(row)) for row in await connection.fetch(PARTS, person_id, parts)]
