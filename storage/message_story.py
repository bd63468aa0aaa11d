"""One message with its whole way: what was written, held, tried, reported and answered, in the order of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from storage.database import Connection


@dataclass(frozen=True)
class MessageHead:
    """The message itself. Whoever it is for has one of a person, a participant, or an account that is told itself."""

    id: int
    created_at: datetime
    kind: str
    severity: str | None
    state: str
    reason: str
    held: str
    next_at: datetime
    finished_at: datetime | None
    case_number: str | None
    organisation: str | None
    recipient: str | None
    stand_in_for: str | None
    only_channel: str | None
    attempts: int
    bundle_id: int | None
    escalate_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_way: str
    still_true: bool


@dataclass(frozen=True)
class DeliveryLine:
    """One delivery: a channel that the message took. Real times."""

    id: int
    created_at: datetime
    channel: str
    account: str
    address: str
    unique_id: str
    state: str
    tries: int
    tried_at: datetime
    finished_at: datetime | None
    provider_id: str | None
    error_code: str
    error: str
    verdict: str
    maybe_twice: bool
    parts: int | None
    cost: Decimal | None
    received_at: datetime | None
    receipt: str
    receipt_untimed: bool
    receipt_unknown: bool
    opened_at: datetime | None
    acted_at: datetime | None
    acted: str
    updated_at: datetime | None
    recalled_at: datetime | None


@dataclass(frozen=True)
class NoteLine:
    """Something that happened on the way and that no delivery tells."""

    at: datetime
    delivery_id: int | None
    account: str | None
    what: str
    code: str
    reason: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class MessageStory:
    """All of it."""

    message: MessageHead
    deliveries: Sequence[DeliveryLine]
    notes: Sequence[NoteLine]


HEAD = """
SELECT m.id, m.created_at, m.kind, m.severity, m.state, m.reason, m.held, m.next_at, m.finished_at,
       c.number AS case_number, o.name AS organisation, coalesce(p.name, part.name, a.name) AS recipient,
       absent.name AS stand_in_for, m.channel AS only_channel, m.attempts, m.bundle_id, m.escalate_at,
       m.acknowledged_at, m.acknowledged_way,
       coalesce(m.valid_while = c.entered_version, true) AS still_true
  FROM message m LEFT JOIN work_case c ON c.id = m.case_id
  LEFT JOIN organisation o ON o.id = coalesce(c.organisation_id, m.organisation_id)
  LEFT JOIN person p ON p.id = m.person_id LEFT JOIN participant part ON part.id = m.participant_id
  LEFT JOIN channel_account a ON a.id = m.account_id LEFT JOIN person absent ON absent.id = m.stand_in_for_id
 WHERE m.id = $1
"""
DELIVERIES = """
SELECT d.id, d.created_at, d.channel, a.name AS account, d.address, d.unique_id, d.state, d.tries, d.tried_at,
       d.finished_at, d.provider_id, d.error_code, d.error, d.verdict, d.maybe_twice, d.parts, d.cost, d.received_at,
       d.receipt, d.receipt_untimed, d.receipt_unknown, d.opened_at, d.acted_at, d.acted, d.updated_at, d.recalled_at
  FROM delivery d JOIN channel_account a ON a.id = d.account_id WHERE d.message_id = $1 ORDER BY d.id
"""
NOTES = """
SELECT n.at, n.delivery_id, a.name AS account, n.what, n.code, n.reason, n.data
  FROM routing_note n LEFT JOIN channel_account a ON a.id = n.account_id WHERE n.message_id = $1 ORDER BY n.id
"""


async def story(connection: Connection, message_id: int) -> MessageStory | None:
    """The message of that id with its way; None when there is none."""
    head = await connection.fetchrow(HEAD, message_id)
    if head is None:
        return None
    return MessageStory(
        MessageHead(**dict(head)),
        [DeliveryLine(**dict(row)) for row in await connection.fetch(DELIVERIES, message_id)],
        [NoteLine(**dict(row)) for row in await connection.fetch(NOTES, message_id)],
    )
