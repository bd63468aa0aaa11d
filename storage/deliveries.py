"""The delivery ledger: which channel a message took, its frozen payload, every try and its end. Real times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from storage import spans
from storage.database import Connection, Record
from storage.outbox import Claimed


@dataclass(frozen=True)
class Route:
    """One way to reach the recipient."""

    contact_point_id: int | None
    account_id: int
    channel: str
    address: str


@dataclass(frozen=True)
class Delivery:
    """A message on one channel. `state` is `sending` while nobody knows how the last try ended.

    `maybe_twice`: a try before this one may have arrived.
    """

    id: int
    created_at: datetime
    account_id: int
    channel: str
    address: str
    unique_id: str
    payload: Mapping[str, Any]
    state: str
    tries: int
    maybe_twice: bool

    @property
    def route(self) -> Route:
        """The way that it takes."""
        return Route(None, self.account_id, self.channel, self.address)


COLUMNS = "id, created_at, account_id, channel, address, unique_id, payload, state, tries, maybe_twice"
OPEN = f"""SELECT {COLUMNS} FROM delivery
            WHERE message_id = $1 AND created_at >= $2 AND state IN ('waiting', 'sending') ORDER BY id DESC LIMIT 1"""
OPEN_ONES = f"""SELECT {COLUMNS} FROM delivery
                 WHERE message_id = $1 AND created_at >= $2 AND state IN ('waiting', 'sending') ORDER BY id"""
TAKEN = """
UPDATE delivery SET state = 'accepted', tries = tries + 1, finished_at = $3, provider_id = $4, update_code = $5,
       parts = $6, cost = $7, error_code = '', error = '', verdict = ''
 WHERE id = $1 AND created_at = $2
"""
BEGIN_TRY = f"""UPDATE delivery SET maybe_twice = maybe_twice OR state = 'sending', state = 'sending', tried_at = $3
                 WHERE id = $1 AND created_at = $2 RETURNING {COLUMNS}"""
OVER_BUDGET = "budget"  # the error code of a way that was passed over: nothing was tried
FREEZE = f"""
INSERT INTO delivery (created_at, message_id, message_created_at, case_id, contact_point_id, account_id, channel,
                      address, unique_id, payload, extend_code, state, tried_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $10::jsonb->>'extend_code', 'sending', $1)
RETURNING {COLUMNS}
"""


async def open_ones(connection: Connection, message: Claimed) -> Sequence[Delivery]:
    """All that former tries of this message left open, of one that goes several ways at once."""
    rows = await connection.fetch(OPEN_ONES, message.id, spans.after(message.created_at))
    return [Delivery(**dict(row)) for row in rows]


async def open_delivery(connection: Connection, message: Claimed) -> Delivery | None:
    """The delivery that a former try of this message left open."""
    row = await connection.fetchrow(OPEN, message.id, spans.after(message.created_at))
    return Delivery(**dict(row)) if row else None


async def count_for(connection: Connection, message: Claimed) -> int:
    """How many deliveries the message has had."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM delivery WHERE message_id = $1 AND created_at >= $2",
        message.id,
        spans.after(message.created_at),
    )
    return count


async def freeze(
    connection: Connection,
    message: Claimed,
    route: Route,
    unique_id: str,
    payload: Mapping[str, Any] | None,
    now: datetime,
) -> Delivery:
    """Keep the payload with its unique id before the first try; the try begins now."""
    row = await connection.fetchrow(
        FREEZE,
        now,
        message.id,
        message.created_at,
        message.case_id,
        route.contact_point_id,
        route.account_id,
        route.channel,
        route.address,
        unique_id,
        dict(payload or {}),
    )
    return Delivery(**dict(cast(Record, row)))  # INSERT … RETURNING has a row or raises


async def begin_try(connection: Connection, delivery: Delivery, now: datetime) -> Delivery:
    """Another try begins. When nobody knows how the last one ended, the message may arrive twice."""
    row = await connection.fetchrow(BEGIN_TRY, delivery.id, delivery.created_at, now)
    return Delivery(**dict(cast(Record, row)))  # the ledger loses no rows


@dataclass(frozen=True)
class Failure:
    """Why a try failed: the provider's code, a source text, and the verdict on it ('' where nothing was tried)."""

    code: str
    error: str
    verdict: str = ""


@dataclass(frozen=True)
class Acceptance:
    """What the provider said of a message that it took."""

    provider_id: str
    update_code: str | None
    parts: int | None
    cost: Decimal | None


async def failed(
    connection: Connection, delivery: Delivery, state: str, failure: Failure, now: datetime
) -> None:
    """A try failed: `waiting` for the next, `sending` when it may have arrived, `refused` for good.

    What was accepted stays so.
    """
    await connection.execute(
        "UPDATE delivery SET state = $3, tries = tries + 1, error_code = $4, error = $5, verdict = $7, "
        "finished_at = CASE WHEN $3::varchar = 'refused' THEN $6::timestamptz END "
        "WHERE id = $1 AND created_at = $2 AND state IN ('waiting', 'sending')",
        delivery.id,
        delivery.created_at,
        state,
        failure.code[:64],
        failure.error[:300],
        now,
        failure.verdict,
    )


async def taken(connection: Connection, delivery: Delivery, how: Acceptance, now: datetime) -> None:
    """The provider took it; whether the message is done with is another question."""
    key = (delivery.id, delivery.created_at)
    await connection.execute(TAKEN, *key, now, how.provider_id[:200], how.update_code, how.parts, how.cost)


async def may_be_second(connection: Connection, delivery: Delivery) -> None:
    """Another account may have told the same address already."""
    await connection.execute(
        "UPDATE delivery SET maybe_twice = true WHERE id = $1 AND created_at = $2",
        delivery.id,
        delivery.created_at,
    )
