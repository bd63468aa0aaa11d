"""What is handed to the one process that holds a smart robot's connection, and how that ended. Real time.

Whoever sends waits for the outcome. What nobody has taken is taken back, and so was surely not sent.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from storage.database import Database, connect

CHANNEL = "bot_errand"
HAND_OVER = """
INSERT INTO bot_errand (account_id, body, made_at, expires_at) VALUES ($1, $2, $3, $4) RETURNING id
"""
TAKE = """
UPDATE bot_errand SET taken_at = $2 WHERE id IN (
  SELECT id FROM bot_errand WHERE account_id = $1 AND taken_at IS NULL AND expires_at > $2
   ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, body
"""
# With the outcome the body is of no use any more.
DONE = "UPDATE bot_errand SET outcome = $2, body = '{}' WHERE id = $1"
OUTCOME = "DELETE FROM bot_errand WHERE id = $1 AND outcome IS NOT NULL RETURNING outcome"
TAKE_BACK = "DELETE FROM bot_errand WHERE id = $1 RETURNING taken_at IS NULL AS unsent, outcome"
FORGET = "DELETE FROM bot_errand WHERE expires_at < $1"
HOLD = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
ROBOTS = "SELECT id FROM channel_account WHERE kind = 'wecom_bot' AND active ORDER BY id"

Outcome = Mapping[str, Any]


@dataclass(frozen=True)
class Errand:
    """One message for a robot's connection."""

    id: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class TakenBack:
    """What became of an errand that nobody waits for any longer: surely unsent, or its outcome if there is one."""

    unsent: bool
    outcome: Outcome | None


async def hand_over(
    db: Database, account_id: int, body: Mapping[str, Any], now: datetime, expires_at: datetime
) -> int:
    """Leave a message for whoever holds the robot's connection."""
    async with db.transaction() as tx:
        number: int = await tx.fetchval(HAND_OVER, account_id, dict(body), now, expires_at)
        await tx.execute("SELECT pg_notify($1, $2)", CHANNEL, str(account_id))
    return number


async def outcome(db: Database, errand_id: int) -> Outcome | None:
    """How it ended, if it has; told once."""
    row = await db.fetchrow(OUTCOME, errand_id)
    return row["outcome"] if row else None


async def take_back(db: Database, errand_id: int) -> TakenBack:
    """Wait no longer."""
    row = await db.fetchrow(TAKE_BACK, errand_id)
    return TakenBack(row["unsent"], row["outcome"]) if row else TakenBack(unsent=False, outcome=None)


async def take(db: Database, account_id: int, now: datetime, most: int) -> Sequence[Errand]:
    """What is to be sent by the holder; nobody else gets it."""
    rows = await db.fetch(TAKE, account_id, now, most)
    return [Errand(**dict(row)) for row in sorted(rows, key=lambda row: row["id"])]


async def done(db: Database, errand_id: int, outcome: Outcome) -> None:
    """Tell whoever waits."""
    await db.execute(DONE, errand_id, dict(outcome))


async def forget_expired(db: Database, now: datetime) -> None:
    """Drop what nobody waits for any longer."""
    await db.execute(FORGET, now)


async def robots(db: Database) -> list[int]:
    """The accounts of smart robots that are in use."""
    return [row["id"] for row in await db.fetch(ROBOTS)]


@asynccontextmanager
async def holding(dsn: str, account_id: int) -> AsyncIterator[asyncpg.Connection | None]:
    """The right to be the one that connects the robot, for as long as the connection to the database lives.

    None when another process has it. Raises `DatabaseAway`.
    """
    connection = await connect(dsn)
    try:
        mine: bool = await connection.fetchval(HOLD, f"wecom_bot/{account_id}")
        yield connection if mine else None
    finally:
        connection.terminate()
