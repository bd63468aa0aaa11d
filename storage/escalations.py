"""Messages that nobody acknowledged, or that were not delivered, within the policy's time. Real times.

They are queued again, and take the next way when they are sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import routing_notes, spans
from storage.database import Connection, Database
from storage.open_span import OpenSpan, as_literal
from storage.outbox import ESCALATED, WOKEN, Claimed, due
from storage.routing_notes import What
from storage.texts import N_

TOO_LATE = N_("It was not acknowledged or not delivered within the time set by the policy.")


@dataclass(frozen=True)
class Overdue:
    """A message whose time on one channel has run out. `is_over`: its recipient has seen or done it, or it is moot."""

    id: int
    created_at: datetime
    case_id: int | None
    case_version: int
    kind: str
    is_over: bool


# Who did anything in the case since knows of it; what asks for nothing is known as soon as it was opened. Of a storm
# nothing is left when each of its cases was acknowledged, or has moved on.
DUE = """
SELECT m.id, m.created_at, m.case_id, m.case_version, m.kind,
       (m.valid_while IS NOT NULL AND m.valid_while <> c.entered_version)
       OR EXISTS (SELECT FROM step s WHERE s.case_id = m.case_id AND s.person_id = m.person_id
                   AND s.recorded_at >= {since} AND s.recorded_at >= m.created_at AND s.version > m.case_version)
       OR EXISTS (SELECT FROM delivery d WHERE d.message_id = m.id AND d.created_at >= {since}
                   AND (d.acted_at IS NOT NULL OR (m.valid_while IS NULL AND d.opened_at IS NOT NULL)))
       OR (m.lane LIKE 'storm/%' AND NOT EXISTS (
             SELECT FROM message told JOIN work_case k ON k.id = told.case_id AND k.entered_version = told.valid_while
              WHERE told.state = 'bundled' AND told.acknowledged_at IS NULL AND told.created_at >= {before}
                AND told.bundle_id IN (SELECT id FROM message WHERE lane = m.lane AND created_at >= {before}
                                          AND person_id IN (m.person_id, m.stand_in_for_id))))
       AS is_over
  FROM (SELECT * FROM message WHERE created_at >= {since} AND escalate_at <= $1 AND escalate_at IS NOT NULL
           AND acknowledged_at IS NULL
         ORDER BY escalate_at LIMIT $2 FOR UPDATE SKIP LOCKED) m
  LEFT JOIN work_case c ON c.id = m.case_id
"""
OVER = "UPDATE message SET escalate_at = NULL WHERE id = $1 AND created_at = $2"
# A try that is under way goes on; whoever makes it has lost the lease.
AGAIN = f"""
UPDATE message SET state = 'queued', next_at = $3, held = '{ESCALATED}', escalate_at = NULL, attempts = attempts + 1
 WHERE id = $1 AND created_at = $2 AND state IN ('queued', 'sent') RETURNING id
"""
# Whoever was let sleep because somebody on duty was told.
WAKE = f"""
UPDATE message SET next_at = $4::timestamptz, due_at = {due("severity", "$4::timestamptz")}, held = '{WOKEN}'
 WHERE case_id = $1 AND case_version = $2 AND kind = $3 AND created_at >= $5
   AND state = 'queued' AND held = 'duty' RETURNING id
"""


async def run_due(db: Database, span: OpenSpan, now: datetime, limit: int) -> Sequence[Overdue]:
    """Queue again what is overdue, up to `limit`; what was looked at."""
    async with db.transaction() as tx:
        since = await span.since(tx)
        months = {"since": as_literal(since), "before": as_literal(spans.around(since))}
        found = [Overdue(**dict(row)) for row in await tx.fetch(DUE.format(**months), now, limit)]
        for message in found:
            await _end(tx, message, now)
        if found:
            await tx.execute("SELECT pg_notify('outbox', '')")
    return found


async def _end(tx: Connection, message: Overdue, now: datetime) -> None:
    key = (message.id, message.created_at)
    if message.is_over or await tx.fetchval(AGAIN, *key, now) is None:
        await tx.execute(OVER, *key)
        return
    await routing_notes.note(tx, message.id, What.ESCALATED, now, reason=TOO_LATE)
    await wake_colleagues(tx, message, now)


async def wake_colleagues(tx: Connection, of: Overdue | Claimed, now: datetime) -> None:
    """Tell those whom a message let sleep because somebody on duty was told: it did not help."""
    if of.case_id is None:
        return
    made_since = spans.around(of.created_at)
    for row in await tx.fetch(WAKE, of.case_id, of.case_version, of.kind, now, made_since):
        await routing_notes.note(tx, row["id"], What.ESCALATED, now, code="duty", reason=TOO_LATE)
