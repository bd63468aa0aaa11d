"""The first tries of many messages, begun in one transaction and noted in another. Real times.

What is not plain (a former try, an untrue message, nobody to tell, no account in the house) is leased here like
the others, and left to `storage.deliveries`, which deals with one at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from storage import open_span
from storage.chat_policy import NEVER_FORBIDDEN
from storage.database import Connection
from storage.deliveries import Delivery, Route
from storage.outbox import DUE, STILL_HELD, Claimed, ahead, keys
from storage.policy_values import NEWEST


@dataclass(frozen=True)
class Due:
    """What was claimed, with the first way of each message that is plain."""

    messages: Sequence[tuple[Claimed, Route | None]]
    newest_policy: int
    accounts: Mapping[int, str]
    """The state of the row of each account that is a way; another one after every change."""


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


# With the state of the account's row, and the newest policy: by these it shows whether what is known still holds.
WAY = f", {NEWEST}, way.account_state, way.contact_point_id, way.account_id, way.channel, way.address"
# The first way of a message that is plain; no phone rings for one. Before the first claim there is no delivery.
PLAIN = f"""
  LEFT JOIN LATERAL (
    SELECT cp.id AS contact_point_id, cp.account_id, a.kind AS channel, cp.address,
           a.xmin::text AS account_state
      FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id AND a.active
     WHERE cp.person_id = m.person_id AND cp.ended_at IS NULL
       AND CASE WHEN m.channel IS NULL THEN a.kind NOT IN ('voice', 'tencent_voice') ELSE a.kind = m.channel END
       AND p.active AND m.acknowledged_at IS NULL AND (m.valid_while IS NULL OR m.valid_while = c.entered_version)
       AND coalesce(m.severity, 'info') = ANY($2) AND m.stand_in_for_id IS NULL
       AND NOT m.variables ? 'spread'
       AND coalesce(c.workflow, '') <> ALL($3) AND m.kind <> ALL($3) AND NOT EXISTS (
         SELECT FROM mute WHERE mute.person_id = p.id AND mute.ended_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM notice_preference own WHERE own.person_id = p.id
                          AND (own.quiet_from IS NOT NULL OR own.digest_at IS NOT NULL))
       AND (m.attempts = 0 OR NOT EXISTS (
         SELECT 1 FROM delivery d WHERE d.message_id = m.id AND d.created_at >= {{since}}))
     ORDER BY cp.rank, cp.id LIMIT 1) way
    ON NOT EXISTS (SELECT FROM account_circuit down WHERE down.account_id = way.account_id)
       AND (way.channel <> 'telegram' OR {NEVER_FORBIDDEN})"""
# The lease of all that were claimed, and the payloads of those that are plain.
FREEZE = f"""
WITH leased AS (
  UPDATE message SET next_at = $4, attempts = attempts + 1, held = {STILL_HELD}
   WHERE id = ANY($1) AND created_at BETWEEN $2 AND $3)
INSERT INTO delivery (created_at, message_id, message_created_at, case_id, contact_point_id, account_id, channel,
                      address, unique_id, payload, extend_code, state, tried_at)
SELECT $5, f.message_id, f.message_at, f.case_id, f.contact_point_id, f.account_id, f.channel, f.address, f.unique_id,
       f.payload, f.payload->>'extend_code', 'sending', $5
  FROM unnest($6::bigint[], $7::timestamptz[], $8::bigint[], $9::bigint[], $10::bigint[], $11::varchar[],
              $12::varchar[], $13::varchar[], $14::jsonb[])
    AS f(message_id, message_at, case_id, contact_point_id, account_id, channel, address, unique_id, payload)
RETURNING id, message_id
"""
# Counting what was updated makes the messages come first, as everywhere.
NOTE = """
WITH told AS (
  UPDATE message SET state = 'sent', finished_at = $4, reason = '', held = ''
   WHERE id = ANY($1) AND created_at BETWEEN $2 AND $3 AND state <> 'sent' RETURNING 1),
reached AS (
  UPDATE contact_point cp SET refused_at = NULL
    FROM unnest($12::bigint[], $13::varchar[]) AS took(account_id, address)
   WHERE cp.account_id = took.account_id AND cp.address = took.address AND cp.refused_at IS NOT NULL)
UPDATE delivery SET state = 'accepted', tries = tries + 1, finished_at = $4,
       provider_id = ($8::varchar[])[array_position($5, id)], update_code = ($9::varchar[])[array_position($5, id)],
       parts = ($10::int[])[array_position($5, id)], cost = ($11::numeric[])[array_position($5, id)],
       error_code = '', error = '', verdict = ''
 WHERE id = ANY($5) AND created_at BETWEEN $6 AND $7 AND (SELECT count(*) FROM told) >= 0
"""


def first_id(message: Claimed) -> str:
    """The unique id of a message's first delivery."""
    return f"y{message.id}-1"


async def claim(
    connection: Connection,
    now: datetime,
    limit: int,
    plain: Sequence[str],
    apart: Sequence[str] = (),
    *,
    since: datetime,
    pressing: bool = False,
) -> Due:
    """Up to `limit` due messages, locked to the transaction's end, with the first way of each that is plain.

    `plain` are the severities for which no policy asks more than the first contact point, at this hour; messages of
    the workflows and kinds `apart` are begun one by one. `pressing`: nothing but what presses is claimed. `since` is
    that of `storage.open_span`.
    """
    month = open_span.as_literal(since)
    due_now = DUE.format(
        limit=limit, ahead=ahead(pressing=pressing), more=WAY, joined=PLAIN.format(since=month), since=month
    )
    rows = await connection.fetch(due_now, now, list(plain), list(apart))
    found = [(Claimed(*row[:-6]), Route(*row[-4:]) if row[-1] is not None else None) for row in rows]
    return Due(found, rows[0][-6] if rows else 0, {row[-3]: row[-5] for row in rows if row[-1] is not None})


async def freeze(
    connection: Connection,
    claimed: Sequence[Claimed],
    tries: Sequence[FirstTry],
    now: datetime,
    until: datetime,
) -> dict[int, Delivery]:
    """Lease what was claimed; keep the payloads with their unique ids. The tries begin now; they come by message."""
    messages, routes = [t.message for t in tries], [t.route for t in tries]
    rows = await connection.fetch(
        FREEZE,
        *keys(claimed),
        until,
        now,
        [m.id for m in messages],
        [m.created_at for m in messages],
        [m.case_id for m in messages],
        [r.contact_point_id for r in routes],
        [r.account_id for r in routes],
        [r.channel for r in routes],
        [r.address for r in routes],
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
    """Providers took these, be it under a lease that ran out meanwhile."""
    in_order = sorted(taken, key=lambda t: t.message.id)
    await connection.execute(
        NOTE,
        *keys([t.message for t in in_order]),
        now,
        *keys([t.delivery for t in in_order]),
        [t.provider_id[:200] for t in in_order],
        _or_none([t.update_code for t in in_order]),
        _or_none([t.parts for t in in_order]),
        _or_none([t.cost for t in in_order]),
        [t.delivery.account_id for t in in_order],
        [t.delivery.address for t in in_order],
    )


def _or_none(values: Sequence[object]) -> Sequence[object] | None:
    """Most channels tell none of it."""
    return None if all(value is None for value in values) else values
