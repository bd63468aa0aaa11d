"""What the database needs now and then: partitions for the coming months, and the end of old answers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import asyncpg

from storage import open_span
from storage.clock import SHANGHAI
from storage.database import Database
from storage.provider_tokens import forget_expired

MONTHS_AHEAD = 3
ANSWERS_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=30)
REPLIES_KEPT = timedelta(
    days=180
)  # with a number and what somebody wrote; what came of them stays with the message
UPKEEP_LOCK = 7_201_300_002
CODES_KEPT = timedelta(days=1)
PRESSES_KEPT = timedelta(days=1)


PACKED_AFTER = timedelta(days=31)
"""So long after its end a month is as good as never written again."""
PACKING_HOURS = range(1, 5)
PACKS_WITHIN_S = 600.0


async def look_after(db: Database, real_now: datetime) -> None:
    """Make missing partitions; forget lent tokens that are over, keys and ended sessions of 30 days. May be repeated.

    Several processes may come at once: one after the other, since two would make the same partition.
    """
    async with db.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock($1)", UPKEEP_LOCK)
        await tx.execute("SELECT ensure_partitions($1, $2)", MONTHS_AHEAD, real_now)
    await open_span.move_on(db, real_now)
    await forget_expired(db, real_now)
    async with db.connection() as connection:
        await connection.execute("DELETE FROM idempotency WHERE recorded_at < $1", real_now - ANSWERS_KEPT)
        await connection.execute("DELETE FROM press WHERE pressed_at < $1", real_now - PRESSES_KEPT)
        await connection.execute("DELETE FROM link_code WHERE expires_at < $1", real_now - CODES_KEPT)
        await connection.execute("DELETE FROM password_link WHERE expires_at < $1", real_now - CODES_KEPT)
        await connection.execute("DELETE FROM web_session WHERE seen_at < $1", real_now - SESSIONS_KEPT)
        await connection.execute("DELETE FROM sms_reply WHERE received_at < $1", real_now - REPLIES_KEPT)


async def pack_finished_months(db: Database, real_now: datetime, progress: Callable[[], None]) -> list[str]:
    """Rewrite finished months of outbox and ledger without the room for what becomes of their rows; which ones.

    Only at night in Shanghai, one month after the other, each alone locked for as long as it takes. Where somebody is
    at work in one, it is left to the next hour. Cut short, a month is as it was. Raises `DatabaseAway`.
    """
    packed: list[str] = []
    while real_now.astimezone(SHANGHAI).hour in PACKING_HOURS:
        try:
            async with db.connection() as connection:
                month: str | None = await connection.fetchval(
                    "SELECT pack_month($1)", real_now - PACKED_AFTER, timeout=PACKS_WITHIN_S
                )
        except asyncpg.LockNotAvailableError:
            break
        if month is None:
            break
        packed.append(month)
        progress()
    return packed
