"""That a person has taken note of a message: in the ledger, by whichever channel it was said. Real times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import spans
from storage.database import Connection, Database
from storage.spans import ANY_TIME, Span
from storage.texts import N_


@dataclass(frozen=True)
class Told:
    """A message that somebody may take note of. `case_id` is None for one about no case."""

    id: int
    created_at: datetime
    kind: str
    case_id: int | None
    case_version: int
    workflow: str
    valid_while: int | None
    person_id: int | None
    participant_id: int | None
    acknowledged_at: datetime | None


TOLD = """
SELECT m.id, m.created_at, m.kind, m.case_id, m.case_version, coalesce(c.workflow, '') AS workflow, m.valid_while,
       m.person_id, m.participant_id, m.acknowledged_at
  FROM message m LEFT JOIN work_case c ON c.id = m.case_id LEFT JOIN person p ON p.id = m.person_id
 WHERE m.id = $1 AND (m.person_id IS NULL OR p.active)
"""
# The same person's other copies need no answer any more; one that waits is not sent, one under way ends by itself.
ACKNOWLEDGE = """
WITH said AS (
  UPDATE message SET acknowledged_at = $3, acknowledged_way = $4, escalate_at = NULL
   WHERE id = $1 AND created_at = $2 AND acknowledged_at IS NULL RETURNING id),
others AS (
  UPDATE message SET acknowledged_at = $3, acknowledged_way = $4, escalate_at = NULL,
         state = CASE WHEN state = 'queued' AND attempts = 0 THEN 'withdrawn' ELSE state END,
         finished_at = CASE WHEN state = 'queued' AND attempts = 0 THEN $3 ELSE finished_at END,
         reason = CASE WHEN state = 'queued' AND attempts = 0 THEN $9 ELSE reason END
   WHERE case_id = $5 AND created_at >= $10 AND person_id = $6 AND id <> $1 AND acknowledged_at IS NULL
     AND state IN ('queued', 'sent', 'bundled') AND (valid_while = $7 OR $7::int IS NULL AND kind = $8))
SELECT id FROM said
"""
# Whoever acted on a case, by whichever door, has read what they were told of it so far.
ACTED_ON_CASE = """
WITH mine AS (
  UPDATE message SET acknowledged_at = coalesce(acknowledged_at, $3), escalate_at = NULL,
         acknowledged_way = CASE WHEN acknowledged_at IS NULL THEN $4 ELSE acknowledged_way END
   WHERE case_id = $1 AND person_id = $2 AND state IN ('sent', 'bundled') AND created_at BETWEEN $7 AND $3
     AND case_version <= $6 RETURNING id, created_at)
UPDATE delivery d SET acted_at = $3, acted = $5, opened_at = coalesce(d.opened_at, $3) FROM mine
 WHERE d.message_id = mine.id AND d.created_at >= $7 AND d.created_at >= mine.created_at AND d.state = 'accepted'
   AND d.acted_at IS NULL
"""
# Whoever opens a case's page has what they were told of it before their eyes.
READ = """
UPDATE delivery d SET opened_at = $3 FROM message m
 WHERE d.case_id = $1 AND d.created_at BETWEEN $4 AND $5 AND m.created_at BETWEEN $4 AND $5
   AND d.state = 'accepted' AND d.opened_at IS NULL
   AND m.id = d.message_id AND m.created_at = d.message_created_at AND m.person_id = $2
"""
# Of a storm: the cases that still wait for an answer, once each. Whoever is told in somebody's stead reads theirs.
OF_STORM = """
SELECT DISTINCT c.id AS case_id, c.version FROM message told
  JOIN message m ON m.person_id = coalesce(told.stand_in_for_id, told.person_id) AND m.state = 'bundled'
       AND m.acknowledged_at IS NULL
  JOIN work_case c ON c.id = m.case_id AND m.valid_while = c.entered_version
 WHERE told.id = $1 AND m.kind = ANY($2) AND m.bundle_id IN (
   SELECT id FROM message WHERE person_id IN (told.person_id, told.stand_in_for_id) AND lane = told.lane)
 ORDER BY c.id
"""
STORM_READ = """
WITH told AS (SELECT person_id, coalesce(stand_in_for_id, person_id) AS whose, lane FROM message WHERE id = $1),
copies AS (
  UPDATE message m SET acknowledged_at = $2, acknowledged_way = $3, escalate_at = NULL FROM told
   WHERE m.person_id = told.person_id AND m.lane = told.lane AND m.acknowledged_at IS NULL RETURNING m.id)
UPDATE message m SET acknowledged_at = $2, acknowledged_way = $3 FROM told
 WHERE m.person_id = told.whose AND m.state = 'bundled' AND m.acknowledged_at IS NULL
   AND m.bundle_id IN (SELECT id FROM message WHERE person_id IN (told.person_id, told.whose) AND lane = told.lane)
"""
KNOWN = N_("The recipient has acknowledged another copy.")
ACTED = """
UPDATE delivery SET acted_at = coalesce(acted_at, $3), acted = $4, opened_at = coalesce(opened_at, $3)
 WHERE message_id = $1 AND id = $2 AND created_at >= $5
"""


async def told(db: Database, message_id: int) -> Told | None:
    """The message of that id, unless whom it told has left."""
    row = await db.fetchrow(TOLD, message_id)
    return Told(**dict(row)) if row else None


async def acknowledge(tx: Connection, message: Told, way: str, now: datetime) -> bool:
    """Note that the recipient took note; False when that was known."""
    since = spans.around(message.created_at)
    of = (message.case_id, message.person_id, message.valid_while, message.kind, KNOWN, since)
    return await tx.fetchval(ACKNOWLEDGE, message.id, message.created_at, now, way, *of) is not None


async def acted(tx: Connection, message: Told, delivery_id: int, action: str, now: datetime) -> None:
    """Note by which delivery it was answered, and how."""
    await tx.execute(ACTED, message.id, delivery_id, now, action, spans.after(message.created_at))


async def acted_on_case(
    db: Database, case_id: int, version: int, person_id: int, action: str, way: str, now: datetime
) -> None:
    """The person took an action on the case as it was at that version: what they were told of it is answered."""
    since = (await span_of(db, case_id)).since
    await db.execute(ACTED_ON_CASE, case_id, person_id, now, way, action, version, since)


async def read(db: Database, case_id: int, person_id: int, now: datetime) -> None:
    """The person saw the case's page: what arrived with them about it is read, if it was not before."""
    span = await span_of(db, case_id)
    await db.execute(READ, case_id, person_id, now, span.since, span.until)


async def span_of(db: Database, case_id: int) -> Span:
    """The real time within which all that was sent about the case lies."""
    row = await db.fetchrow("SELECT began_at, last_at, closed_at FROM work_case WHERE id = $1", case_id)
    if row is None:
        return ANY_TIME
    return Span.of_case(row["began_at"], row["last_at"], closed=row["closed_at"] is not None)


async def open_of_storm(db: Database, message_id: int, kinds: Sequence[str]) -> Sequence[tuple[int, int]]:
    """Case and version of everything that the storm of that message is about and that waits for an answer.

    `kinds` are those that offer to be acknowledged.
    """
    return [tuple(row) for row in await db.fetch(OF_STORM, message_id, list(kinds))]


async def storm_read(tx: Connection, message_id: int, way: str, now: datetime) -> None:
    """Everything that the storm tells of is known to the reader."""
    await tx.execute(STORM_READ, message_id, now, way)
