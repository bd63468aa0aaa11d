"""The first tries of many messages, begun in one transaction and noted in another. Real times.

What is not plain (a former try, an untrue message, nobody to tell, no account in the house) is left out here,
for `storage.deliveries` to deal with one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from storage.database import Connection
from storage.deliveries import OVER_BUDGET, Delivery, Route
from storage.outbox import Claimed


@dataclass(frozen=True)
class FirstTry:
    """A message with its first way, and what will be sent."""

    message: Claimed
    route: Route
    payload: Mapping[str, Any]

    @property
    def unique_id(self) -> str:
        """The id of a message's first delivery."""
        return first_id(self.message)


@dataclass(frozen=True)
class Taken:
    """A try that a provider took."""

    message: Claimed
    delivery: Delivery
    provider_id: str
    update_code: str | None
    parts: int | None = None
    cost: Decimal | None = None


# The lock on the messages, in their order, is what `storage.outbox.hold` takes for one of them.
PLAIN = """
SELECT m.id, cp.id AS contact_point_id, cp.account_id, a.kind AS channel, cp.address
  FROM message m
  JOIN person p ON p.id = m.person_id AND p.active
  LEFT JOIN work_case c ON c.id = m.case_id
  JOIN LATERAL (
    SELECT cp.* FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id AND a.active
     WHERE cp.person_id = m.person_id AND cp.ended_at IS NULL AND (m.channel IS NULL OR a.kind = m.channel)
     ORDER BY cp.rank, cp.id LIMIT 1) cp ON true
  JOIN channel_account a ON a.id = cp.account_id
 WHERE m.id = ANY($1) AND m.created_at BETWEEN $2 AND $3 AND m.state = 'queued' AND m.next_at >= $4
   AND m.attempts = ($5::int[])[array_position($1, m.id)]
   AND (m.valid_while IS NULL OR m.valid_while = c.entered_version)
   AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id)
 ORDER BY m.id FOR UPDATE OF m
"""
# The same locks as for one address, in one order everywhere.
LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
  SELECT DISTINCT hashtextextended(account_id || '/' || address, 0) AS key
    FROM unnest($1::bigint[], $2::varchar[]) AS a(account_id, address) ORDER BY key) addresses
"""
TRIES = """
SELECT d.account_id, d.address, d.tried_at
  FROM (SELECT DISTINCT account_id, address FROM unnest($1::bigint[], $2::varchar[]) AS a(account_id, address)) a
  JOIN delivery d ON d.account_id = a.account_id AND d.address = a.address
 WHERE d.tried_at > $3 AND d.error_code <> $4 ORDER BY d.tried_at
"""
FREEZE = """
INSERT INTO delivery (created_at, message_id, message_created_at, case_id, contact_point_id, account_id, channel,
                      address, unique_id, payload, state, tried_at)
SELECT $1, f.message_id, f.message_at, f.case_id, f.contact_point_id, f.account_id, f.channel, f.address, f.unique_id,
       f.payload, 'sending', $1
  FROM unnest($2::bigint[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[], $7::varchar[], $8::varchar[],
              $9::varchar[], $10::jsonb[])
    AS f(message_id, message_at, case_id, contact_point_id, account_id, channel, address, unique_id, payload)
RETURNING id, message_id
"""
SENT = """
UPDATE message SET state = 'sent', finished_at = $4, reason = ''
 WHERE id = ANY($1) AND created_at BETWEEN $2 AND $3 AND state <> 'sent'
"""
ACCEPTED = """
UPDATE delivery SET state = 'accepted', tries = tries + 1, finished_at = $4,
       provider_id = ($5::varchar[])[array_position($1, id)], update_code = ($6::varchar[])[array_position($1, id)],
       parts = ($7::int[])[array_position($1, id)], cost = ($8::numeric[])[array_position($1, id)],
       error_code = '', error = '', verdict = ''
 WHERE id = ANY($1) AND created_at BETWEEN $2 AND $3
"""


def first_id(message: Claimed) -> str:
    """The unique id of a message's first delivery."""
    return f"y{message.id}-1"


async def plain(connection: Connection, messages: Sequence[Claimed], until: datetime) -> dict[int, Route]:
    """The first way of every message that is plain, by message; locks these messages to the transaction's end.

    Left out is also what is not ours any more, or whose lease does not last until then.
    """
    attempts = [m.attempts for m in messages]
    rows = await connection.fetch(PLAIN, *_found_by(messages), until, attempts)
    return {id: Route(*way) for id, *way in rows}  # noqa: A001 - the column's name


async def tries_since(
    connection: Connection, routes: Iterable[Route], since: datetime
) -> dict[tuple[int, str], list[datetime]]:
    """Begin of every try to each address since an instant, oldest first; locks the addresses."""
    ways = sorted({(route.account_id, route.address) for route in routes})
    accounts, addresses = [account for account, _ in ways], [address for _, address in ways]
    await connection.execute(LOCK, accounts, addresses)
    found: dict[tuple[int, str], list[datetime]] = {way: [] for way in ways}
    for account, address, tried_at in await connection.fetch(TRIES, accounts, addresses, since, OVER_BUDGET):
        found[account, address].append(tried_at)
    return found


async def freeze(connection: Connection, tries: Sequence[FirstTry], now: datetime) -> dict[int, Delivery]:
    """Keep the payloads with their unique ids; the tries begin now. The deliveries by message."""
    rows = await connection.fetch(
        FREEZE,
        now,
        [t.message.id for t in tries],
        [t.message.created_at for t in tries],
        [t.message.case_id for t in tries],
        [t.route.contact_point_id for t in tries],
        [t.route.account_id for t in tries],
        [t.route.channel for t in tries],
        [t.route.address for t in tries],
        [t.unique_id for t in tries],
        [t.payload for t in tries],
    )
    ids = {message: delivery for delivery, message in rows}
    return {t.message.id: _frozen(ids[t.message.id], t, now) for t in tries}


def _frozen(id: int, of: FirstTry, now: datetime) -> Delivery:  # noqa: A002 - as the column
    way = of.route
    return Delivery(
        id, now, way.account_id, way.channel, way.address, of.unique_id, of.payload, "sending", 0, False
    )


async def note(connection: Connection, taken: Sequence[Taken], now: datetime) -> None:
    """Providers took these, be it under a lease that ran out meanwhile. The messages first, as everywhere."""
    in_order = sorted(taken, key=lambda t: t.message.id)
    await connection.execute(SENT, *_found_by([t.message for t in in_order]), now)
    await connection.execute(
        ACCEPTED,
        *_found_by([t.delivery for t in in_order]),
        now,
        [t.provider_id[:200] for t in in_order],
        [t.update_code for t in in_order],
        [t.parts for t in in_order],
        [t.cost for t in in_order],
    )


def _found_by(rows: Sequence[Claimed] | Sequence[Delivery]) -> tuple[list[int], datetime, datetime]:
    """Ids, and the span in which the rows were made, which leads to their partitions.

    A join with a list of both would let PostgreSQL read a whole partition while it is small.
    """
    made = [row.created_at for row in rows]
    return [row.id for row in rows], min(made), max(made)
