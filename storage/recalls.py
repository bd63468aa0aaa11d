"""Messages that were sent and are not true any more, and can still be taken back. Real times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import spans
from storage.database import Database


@dataclass(frozen=True)
class Misleading:
    """A delivered message whose case has left the state that it speaks of."""

    id: int
    created_at: datetime
    message_id: int
    account_id: int
    channel: str
    address: str
    provider_id: str
    tries: int


@dataclass(frozen=True)
class Recalled:
    """What is taken back: messages of these kinds about cases of their workflows, by this channel, tried since then."""

    channel: str
    kinds: Sequence[str]
    workflows: Sequence[str]
    since: datetime


# It begins with the few cases that went on since then, and not with the many messages. Cards with an update code are
# changed instead, and keep what they told. The columns of that are free here.
CLAIM = """
WITH went_on AS MATERIALIZED (
  SELECT DISTINCT s.case_id FROM step s JOIN work_case c ON c.id = s.case_id
   WHERE s.recorded_at > $2 AND s.entered AND c.workflow = ANY($4)),
untrue AS (
  SELECT d.id, d.created_at FROM went_on
    JOIN delivery d ON d.case_id = went_on.case_id
    JOIN channel_account a ON a.id = d.account_id
    JOIN message m ON m.id = d.message_id AND m.created_at = d.message_created_at
    JOIN work_case c ON c.id = d.case_id
   WHERE a.kind = $1 AND d.created_at > $8 AND m.created_at > $8 AND d.tried_at > $2
     AND d.state = 'accepted' AND d.recalled_at IS NULL AND d.updated_at IS NULL
     AND d.update_code IS NULL AND d.provider_id <> '' AND m.kind = ANY($3) AND c.entered_version > m.valid_while
     AND (d.update_next_at IS NULL OR d.update_next_at <= $5)
   ORDER BY d.id LIMIT $7 FOR UPDATE OF d SKIP LOCKED)
UPDATE delivery d SET update_next_at = $6, update_tries = d.update_tries + 1 FROM untrue
 WHERE d.id = untrue.id AND d.created_at = untrue.created_at AND d.created_at > $8
RETURNING d.id, d.created_at, d.message_id, d.account_id, d.channel, d.address, d.provider_id, d.update_tries AS tries
"""
DONE = """
WITH taken_back AS (
  UPDATE delivery SET recalled_at = $3 WHERE id = $1 AND created_at = $2 RETURNING id, message_id, account_id)
INSERT INTO routing_note (at, message_id, delivery_id, account_id, what)
SELECT $3, message_id, id, account_id, 'recalled' FROM taken_back
"""
LEFT = "UPDATE delivery SET updated_at = $3 WHERE id = $1 AND created_at = $2"
LATER = "UPDATE delivery SET update_next_at = $3 WHERE id = $1 AND created_at = $2"


async def claim(
    db: Database, wanted: Recalled, now: datetime, lease_ends: datetime, most: int
) -> list[Misleading]:
    """Some of them, under a lease."""
    of = (list(wanted.kinds), list(wanted.workflows))
    made_since = spans.around(wanted.since)
    rows = await db.fetch(CLAIM, wanted.channel, wanted.since, *of, now, lease_ends, most, made_since)
    return [Misleading(**dict(row)) for row in rows]


async def done(db: Database, what: Misleading, now: datetime) -> None:
    """It was taken back; the ledger and the message's way say so."""
    await db.execute(DONE, what.id, what.created_at, now)


async def left(db: Database, what: Misleading, now: datetime) -> None:
    """It cannot be taken back, and is left as it is."""
    await db.execute(LEFT, what.id, what.created_at, now)


async def later(db: Database, what: Misleading, until: datetime) -> None:
    """Try again later."""
    await db.execute(LATER, what.id, what.created_at, until)
