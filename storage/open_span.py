"""Since when there are messages that are queued, or to be escalated: the months in which the loops have to look.

The database keeps the beginning of the month in one row. A trigger moves it back for whatever is opened again.
Upkeep moves it on, past months in which nothing is open. Real times.
"""

import asyncio
import math
from datetime import UTC, datetime, timedelta

from storage.database import Connection, Database

HOLDS_S = 1.0
# Whatever is younger than a day is not watched by the triggers.
NEVER_PASSED = timedelta(days=2)
READ = "SELECT open_since FROM outbox_span"
LOCK = "SELECT open_since FROM outbox_span FOR UPDATE SKIP LOCKED"
IS_OPEN = """
SELECT EXISTS (SELECT FROM message WHERE created_at >= $1 AND created_at < $2 AND state = 'queued')
    OR EXISTS (SELECT FROM message WHERE created_at >= $1 AND created_at < $2
                  AND escalate_at IS NOT NULL AND acknowledged_at IS NULL)
"""


def as_literal(month: datetime) -> str:
    """The instant as it stands in a statement: known when it is planned, and the same text all month."""
    return f"'{month.astimezone(UTC).isoformat()}'::timestamptz"


async def read(connection: Connection) -> datetime:
    """Since when messages may be open."""
    since: datetime = await connection.fetchval(READ)
    return since


class OpenSpan:
    """What was read is good for a second."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._read_at = -math.inf

    async def since(self, connection: Connection) -> datetime:
        """Since when messages may be open; what was opened again within the last second may be missing."""
        now = asyncio.get_running_loop().time()
        if self._since is None or now - self._read_at >= HOLDS_S:
            self._since = await read(connection)
            self._read_at = now
        return self._since


async def move_on(db: Database, now: datetime) -> datetime | None:
    """Pass the months in which nothing is open, each in a transaction; where that ends, None if others are at it."""
    last = month_of(now - NEVER_PASSED)
    while True:
        async with db.transaction() as tx:
            since: datetime | None = await tx.fetchval(LOCK)
            if since is None or since >= last:
                return since
            following = next_month(since)
            if await tx.fetchval(IS_OPEN, since, following):
                return since
            await tx.execute("UPDATE outbox_span SET open_since = $1", following)


def month_of(at: datetime) -> datetime:
    """The beginning of its month, as partitions count."""
    here = at.astimezone(UTC)
    return datetime(here.year, here.month, 1, tzinfo=UTC)


def next_month(month: datetime) -> datetime:
    """The beginning of the month after that one."""
    return month_of(month + timedelta(days=32))
