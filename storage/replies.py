"""What people answer by SMS: each answer once, and the messages that it may be about. Real times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage import outbox, routing_notes
from storage.clock import SHANGHAI
from storage.database import Connection, Database
from storage.numbers import spellings
from storage.routing_notes import What
from storage.texts import N_

# What was sent longer ago nobody answers any more by a short word.
ANSWERED_WITHIN = timedelta(days=7)
MOST_OPEN = 50
SAID = N_("Written at {said_at} by the provider's clock.")


@dataclass(frozen=True)
class Reply:
    """An answer as it came to that account. `key` is the same however often it is pushed.

    `words` are as they were sent, `said_at` is the provider's time of them.
    """

    account_id: int
    key: str
    number: str
    extend: str
    words: str
    said_at: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """A message that went to that number. `pending`: it was taken, waits for an answer, and is still true."""

    message_id: int
    delivery_id: int
    kind: str
    severity: str | None
    person_id: int | None
    case_id: int | None
    number: str
    path: str
    code: str
    pending: bool


@dataclass(frozen=True)
class Outcome:
    """What came of an answer, and the message it was about."""

    what: str
    message_id: int | None = None
    delivery_id: int | None = None


@dataclass(frozen=True)
class Telling:
    """What somebody is told in return, on the channel of the account to which they wrote."""

    person_id: int
    kind: str
    account_id: int
    variables: Mapping[str, Any]


KEEP = """
WITH kept AS (
  INSERT INTO sms_reply (account_id, key, number, extend, words, whole, said_at, received_at)
  VALUES ($1, $2, $3, $4, left($5::text, 300), CASE WHEN length($5::text) > 300 THEN $5::text END, $6, $7)
  ON CONFLICT (account_id, key) DO NOTHING RETURNING id, outcome)
SELECT id, outcome FROM kept
UNION ALL SELECT id, outcome FROM sms_reply WHERE account_id = $1 AND key = $2 LIMIT 1
"""
# What was given up may have arrived all the same: whoever answers it by its code has it.
ASKED = """
SELECT DISTINCT ON (d.message_id) d.message_id, d.id AS delivery_id, m.kind, m.severity, m.person_id, m.case_id,
       coalesce(c.number, '') AS number, coalesce(o.path, '') AS path,
       coalesce(d.extend_code, d.payload->>'extend_code') AS code,
       m.acknowledged_at IS NULL AND c.closed_at IS NULL AND d.state IN ('accepted', 'sending')
         AND (m.valid_while IS NULL OR m.valid_while = c.entered_version) AS pending
  FROM delivery d JOIN message m ON m.id = d.message_id AND m.created_at = d.message_created_at
  LEFT JOIN work_case c ON c.id = m.case_id
  LEFT JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
 WHERE d.account_id = $1 AND d.address = ANY($2) AND d.tried_at > $3 AND d.state <> 'waiting'
   AND coalesce(d.extend_code, d.payload->>'extend_code') IS NOT NULL
 ORDER BY d.message_id DESC, d.state IN ('accepted', 'sending') DESC, d.id DESC LIMIT $4
"""
WHOSE = """
SELECT p.id FROM contact_point cp JOIN person p ON p.id = cp.person_id AND p.active
  JOIN channel_account a ON a.id = cp.account_id
 WHERE cp.address = ANY($1) AND cp.ended_at IS NULL AND a.kind = ANY($2) ORDER BY cp.id LIMIT 1
"""
LATELY = "SELECT count(*) FROM sms_reply WHERE number = $1 AND received_at > $2 AND outcome = ANY($3)"
ASKED_BACK = """
SELECT words FROM sms_reply
 WHERE number = $1 AND received_at > $2 AND outcome = $3
   AND $3 = (SELECT outcome FROM sms_reply WHERE number = $1 AND outcome IS NOT NULL
              ORDER BY received_at DESC, id DESC LIMIT 1)
 ORDER BY received_at DESC, id DESC LIMIT 20
"""
FINISH = """
UPDATE sms_reply SET outcome = $2, message_id = $3, delivery_id = $4 WHERE id = $1 AND outcome IS NULL RETURNING id
"""
# Who has just written is awake.
TELL = f"""
INSERT INTO message (created_at, case_version, kind, person_id, organisation_id, channel, lane, variables, next_at,
                     held)
SELECT $1::timestamptz, 0, $2, $3::bigint, a.organisation_id, a.kind, concat_ws('/', 'reply', $3::bigint, a.kind), $5,
       $1::timestamptz, '{outbox.WOKEN}'
  FROM channel_account a WHERE a.id = $4
"""


async def keep(db: Database, reply: Reply, now: datetime) -> tuple[int, str | None]:
    """Its number, and what came of it when it was pushed before; None: nothing yet."""
    known = (reply.account_id, reply.key, reply.number, reply.extend, reply.words, reply.said_at)
    row = await db.fetchrow(KEEP, *known, now)
    if row is None:  # another process kept it at this very moment
        row = await db.fetchrow(KEEP, *known, now)
    assert row is not None  # noqa: S101 - by then it is there for everybody
    return row["id"], row["outcome"]


async def asked(db: Database, account_id: int, number: str, now: datetime) -> list[Asked]:
    """The messages that account has sent to that number and that ask for something, newest first."""
    rows = await db.fetch(ASKED, account_id, spellings(number), now - ANSWERED_WITHIN, MOST_OPEN)
    return [Asked(**dict(row)) for row in rows]


async def whose(db: Database, number: str, kinds: Sequence[str]) -> int | None:
    """The active person who is told at that number by an account of one of these kinds."""
    row = await db.fetchrow(WHOSE, spellings(number), list(kinds))
    return row["id"] if row else None


async def lately(db: Database, number: str, outcomes: Sequence[str], since: datetime) -> int:
    """How many answers from that number have come to one of these since then."""
    row = await db.fetchrow(LATELY, number, since, list(outcomes))
    return int(row[0]) if row else 0


async def asked_back(db: Database, number: str, outcome: str, since: datetime) -> list[str]:
    """The words about which the sender was asked back, the last first; none if they have said something else since."""
    return [row["words"] for row in await db.fetch(ASKED_BACK, number, since, outcome)]


async def finish(tx: Connection, reply_id: int, reply: Reply, outcome: Outcome, now: datetime) -> bool:
    """Note what came of it, on the message's way too; False when somebody else has done so."""
    to = (outcome.what, outcome.message_id, outcome.delivery_id)
    if await tx.fetchval(FINISH, reply_id, *to) is None:
        return False
    if outcome.message_id is not None:
        await routing_notes.note(
            tx,
            outcome.message_id,
            What.REPLY,
            now,
            delivery_id=outcome.delivery_id,
            account_id=reply.account_id,
            code=outcome.what,
            words=reply.words,
            **_time_of(reply),
        )
    return True


def _time_of(reply: Reply) -> Mapping[str, str]:
    """The provider's time, with the words that show it."""
    if reply.said_at is None:
        return {}
    return {"reason": SAID, "said_at": reply.said_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")}


async def tell(tx: Connection, telling: Telling, now: datetime) -> None:
    """Put what is told in return into the outbox."""
    of = telling
    await tx.execute(TELL, now, of.kind, of.person_id, of.account_id, dict(of.variables))
    await tx.execute("SELECT pg_notify('outbox', '')")
