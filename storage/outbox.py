"""The outbox: messages are claimed under a lease, put off, withdrawn, or found dead. Real times.

A claim is an update that moves `next_at` to the end of the lease; a process that dies leaves its rows to
be claimed again when the lease is over. Of one lane (case and recipient) only the oldest queued message
can be claimed, so that the order holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.database import Connection, Database


@dataclass(frozen=True)
class Claimed:
    """A message under lease, with what is needed to send it. `entered_version` is the case's at the claim."""

    id: int
    created_at: datetime
    case_id: int
    number: str
    workflow: str
    case_version: int
    kind: str
    person_id: int | None
    participant_id: int | None
    variables: Mapping[str, Any]
    valid_while: int | None
    attempts: int
    entered_version: int
    path: str
    language: str | None
    email: str | None

    @property
    def still_true(self) -> bool:
        """Is the case still in the state that the message speaks of?"""
        return self.valid_while is None or self.valid_while == self.entered_version


CLAIM = """
WITH due AS (
  SELECT m.id, m.created_at FROM message m
   WHERE m.state = 'queued' AND m.next_at <= $1
     AND NOT EXISTS (SELECT 1 FROM message earlier
                      WHERE earlier.lane = m.lane AND earlier.id < m.id AND earlier.state = 'queued')
   ORDER BY m.next_at, m.id LIMIT $3 FOR UPDATE SKIP LOCKED),
taken AS (
  UPDATE message m SET next_at = $2, attempts = m.attempts + 1 FROM due
   WHERE m.id = due.id AND m.created_at = due.created_at RETURNING m.*)
SELECT t.id, t.created_at, t.case_id, c.number, c.workflow, t.case_version, t.kind, t.person_id, t.participant_id,
       t.variables, t.valid_while, t.attempts, c.entered_version, o.path, p.language, part.email
  FROM taken t JOIN work_case c ON c.id = t.case_id JOIN organisation o ON o.id = c.organisation_id
  LEFT JOIN person p ON p.id = t.person_id LEFT JOIN participant part ON part.id = t.participant_id
 ORDER BY t.id
"""
FINISH = """
UPDATE message SET state = $3, finished_at = $4, reason = $5
 WHERE id = $1 AND created_at = $2 AND state = 'queued'
"""


async def claim(db: Database, now: datetime, lease: timedelta, limit: int) -> Sequence[Claimed]:
    """Take up to `limit` messages that are due, for the length of the lease."""
    return [Claimed(**dict(row)) for row in await db.fetch(CLAIM, now, now + lease, limit)]


async def finish(
    connection: Connection, message: Claimed, state: str, now: datetime, reason: str = ""
) -> None:
    """The message is done with: `sent`, `withdrawn` or `dead`, with the reason."""
    await connection.execute(FINISH, message.id, message.created_at, state, now, reason[:300])


async def put_off(connection: Connection, message: Claimed, until: datetime, reason: str) -> None:
    """Give the lease back; the message is due again at `until`."""
    await connection.execute(
        "UPDATE message SET next_at = $3, reason = $4 WHERE id = $1 AND created_at = $2 AND state = 'queued'",
        message.id,
        message.created_at,
        until,
        reason[:300],
    )


async def resend(db: Database, message_id: int, now: datetime) -> bool:
    """Put a dead letter back into the queue with all its channels open again; False when it is not dead."""
    async with db.transaction() as tx:
        row = await tx.fetchrow(
            "UPDATE message SET state = 'queued', next_at = $2, attempts = 0, finished_at = NULL, reason = '' "
            "WHERE id = $1 AND state = 'dead' RETURNING id",
            message_id,
            now,
        )
        if row is not None:
            await tx.execute(
                "UPDATE delivery SET state = 'superseded' WHERE message_id = $1 AND state = 'refused'",
                message_id,
            )
            await tx.execute("SELECT pg_notify('outbox', '')")
    return row is not None


async def next_at(db: Database) -> datetime | None:
    """When the next queued message is due."""
    row = await db.fetchrow("SELECT min(next_at) AS next_at FROM message WHERE state = 'queued'")
    return row["next_at"] if row else None
