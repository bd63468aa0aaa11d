"""Messages of gateways that were not taken: all are counted, by hour and kind of fault, and some are kept to look at.

Whoever floods the broker fills no table: of each fault so many are kept an hour, and so many in all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from storage.database import Connection, Database

KEPT_BYTES = 4096
KEPT_IN_ALL = 1000
KEPT_AN_HOUR = 100
COUNTED_FOR = timedelta(days=400)


class Fault(StrEnum):
    """Why a message, or a part of it, was not taken: as it is counted."""

    FOREIGN_TOPIC = "foreign_topic"
    UNKNOWN_GATEWAY = "unknown_gateway"
    UNKNOWN_DEVICE = "unknown_device"
    RETIRED = "retired"
    UNREADABLE = "unreadable"
    UNKNOWN_METRIC = "unknown_metric"
    IMPOSSIBLE = "impossible"
    NOT_TAKEN = "not_taken"


@dataclass(frozen=True)
class Rejected:
    """A message, or a part of it, that was not taken. `reason` says it in words, without the values."""

    topic: str
    payload: bytes
    fault: Fault
    reason: str


COUNT = """
INSERT INTO quarantine_count AS q (hour, fault, messages)
SELECT $1, c.fault, c.messages FROM unnest($2::text[], $3::bigint[]) AS c(fault, messages) ORDER BY c.fault
ON CONFLICT (hour, fault) DO UPDATE SET messages = q.messages + EXCLUDED.messages
RETURNING fault, messages
"""
KEEP = """
INSERT INTO quarantine (received_at, topic, payload, fault, reason)
SELECT $5, q.topic, q.payload, q.fault, q.reason
  FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[]) AS q(topic, payload, fault, reason)
"""
FORGET = """
DELETE FROM quarantine q USING unnest($1::text[]) AS f(fault)
 WHERE q.fault = f.fault AND q.id <= (
   SELECT o.id FROM quarantine o WHERE o.fault = f.fault ORDER BY o.id DESC OFFSET $2 LIMIT 1)
"""
FORGET_COUNTS = "DELETE FROM quarantine_count WHERE hour < $1"
COUNTED = """
SELECT fault, sum(messages)::bigint AS messages FROM quarantine_count WHERE hour > $1 GROUP BY fault ORDER BY fault
"""


async def set_aside(
    connection: Connection,
    rejected: Sequence[Rejected],
    received_at: datetime,
    *,
    an_hour: int = KEPT_AN_HOUR,
    in_all: int = KEPT_IN_ALL,
) -> None:
    """Count what was not taken, and keep some of it: the first bytes of the first ones of the hour.

    Of each fault at most `an_hour` are kept that arrived within one hour, and the newest `in_all`.
    """
    asked = Counter(str(r.fault) for r in rejected)
    hour = received_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    rows = await connection.fetch(COUNT, hour, list(asked), list(asked.values()))
    room = {row["fault"]: an_hour - (row["messages"] - asked[row["fault"]]) for row in rows}
    kept = _first(rejected, room)
    if not kept:
        return
    await connection.execute(
        KEEP,
        [r.topic.replace("\0", "")[:200] for r in kept],
        [r.payload[:KEPT_BYTES] for r in kept],
        [str(r.fault) for r in kept],
        [r.reason[:200] for r in kept],
        received_at,
    )
    of_before = ""  # rows from before faults were named
    await connection.execute(FORGET, sorted({of_before, *(str(r.fault) for r in kept)}), in_all)
    await connection.execute(FORGET_COUNTS, received_at - COUNTED_FOR)


async def count(connection: Connection, fault: Fault, messages: int, received_at: datetime) -> None:
    """Count messages of which nothing is kept."""
    if messages == 0:
        return
    hour = received_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    await connection.fetch(COUNT, hour, [str(fault)], [messages])


async def counted(reader: Connection | Database, since: datetime) -> Mapping[str, int]:
    """How many messages were not taken in the hours that begin after `since` (real time), by fault."""
    return {row["fault"]: row["messages"] for row in await reader.fetch(COUNTED, since)}


def _first(rejected: Sequence[Rejected], room: Mapping[str, int]) -> list[Rejected]:
    """As many of each fault as there is room for."""
    left, found = dict(room), []
    for one in rejected:
        left[one.fault] -= 1
        if left[one.fault] >= 0:
            found.append(one)
    return found
