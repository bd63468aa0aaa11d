"""By which ways a message's recipient can be reached, and which of them it has taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage import spans
from storage.database import Connection, Record
from storage.deliveries import Route
from storage.kinds import Severity
from storage.outbox import Claimed


@dataclass(frozen=True)
class Way:
    """One contact point by one account. `rings`: a phone does, by the contact point itself or by a number for SMS.

    `rings_at_last`: it was given to be called, so it is before nothing is left of a message that asks to act.
    """

    route: Route
    rings: bool = False
    rings_at_last: bool = False


@dataclass(frozen=True)
class Used:
    """A way that a message was sent by. `settles`: it was taken there, or the address itself was refused for good."""

    account_id: int
    channel: str
    address: str
    settles: bool
    taken: bool = False


# Who has a number for SMS can be called at it where the house has an account that makes calls.
WAYS = """
WITH own AS (
  SELECT cp.id, cp.account_id, a.kind, cp.address, cp.rank, a.organisation_id
    FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id AND a.active
   WHERE cp.person_id = $1 AND cp.ended_at IS NULL)
SELECT id, account_id, kind, address, false AS by_number, rank FROM own
UNION ALL
SELECT own.id, calls.id, calls.kind, own.address, true, own.rank
  FROM own JOIN organisation here ON here.id = own.organisation_id
  JOIN LATERAL (
    SELECT v.id, v.kind FROM channel_account v JOIN organisation o ON o.id = v.organisation_id
     WHERE v.active AND v.kind = ANY($3) AND starts_with(here.path, o.path)
     ORDER BY length(o.path) DESC, v.id LIMIT 1) calls ON true
 WHERE own.kind = ANY($2) AND NOT EXISTS (SELECT 1 FROM own voice WHERE voice.kind = ANY($3))
 ORDER BY by_number, rank, id
"""
MAIL = """
SELECT a.id, a.kind FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
 WHERE a.kind = 'email' AND a.active AND starts_with($1, o.path) ORDER BY length(o.path) DESC, a.id LIMIT 1
"""
ITSELF = "SELECT id, kind FROM channel_account WHERE id = $1 AND active"
# A way that took the message is not taken again either: when it is sent anew, nobody has acknowledged it there.
USED = """
SELECT DISTINCT account_id, channel, address, state = 'accepted' OR verdict = 'permanent' AS settles,
       state = 'accepted' AS taken FROM delivery
 WHERE message_id = $1 AND created_at >= $2 AND state IN ('refused', 'accepted')
"""


async def ways_to(
    connection: Connection, message: Claimed, sms: Sequence[str], voice: Sequence[str]
) -> list[Way]:
    """All ways, by rank; those by which a number for SMS is called come last. `sms` and `voice` are kinds."""
    if message.person_id is not None:
        rows = await connection.fetch(WAYS, message.person_id, list(sms), list(voice))
        return [_way(row, voice, message.severity) for row in rows]
    if message.account_id is not None:
        rows = await connection.fetch(ITSELF, message.account_id)
        return [Way(Route(None, row["id"], row["kind"], message.address)) for row in rows]
    if message.email:
        rows = await connection.fetch(MAIL, message.path)
        return [Way(Route(None, row["id"], row["kind"], message.email)) for row in rows]
    return []


def _way(row: Record, voice: Sequence[str], severity: str | None) -> Way:
    rings = row["kind"] in voice
    asks_to_act = severity not in (None, Severity.INFO)
    return Way(Route(*row[:4]), rings, rings_at_last=rings and asks_to_act and not row["by_number"])


async def used(connection: Connection, message: Claimed) -> list[Used]:
    """The ways by which the message was refused, or taken already."""
    rows = await connection.fetch(USED, message.id, spans.after(message.created_at))
    return [Used(**dict(row)) for row in rows]


async def was_taken(connection: Connection, message: Claimed) -> bool:
    """Did any provider take the message?"""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM delivery WHERE message_id = $1 AND created_at >= $2 AND state = 'accepted')",
        message.id,
        spans.after(message.created_at),
    )
    return found
