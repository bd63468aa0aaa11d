"""What the database needs now and then: partitions for the coming months, and the end of old answers."""

from datetime import datetime, timedelta

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


async def look_after(db: Database, real_now: datetime) -> None:
    """Make missing partitions; forget lent tokens that are over, keys and ended sessions of 30 days. May be repeated.

    Several processes may come at once: one after the other, since two would make the same partition.
    """
    async with db.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock($1)", UPKEEP_LOCK)
        await tx.execute("SELECT ensure_partitions($1, $2)", MONTHS_AHEAD, real_now)
    await forget_expired(db, real_now)
    async with db.connection() as connection:
        await connection.execute("DELETE FROM idempotency WHERE recorded_at < $1", real_now - ANSWERS_KEPT)
        await connection.execute("DELETE FROM press WHERE pressed_at < $1", real_now - PRESSES_KEPT)
        await connection.execute("DELETE FROM link_code WHERE expires_at < $1", real_now - CODES_KEPT)
        await connection.execute("DELETE FROM password_link WHERE expires_at < $1", real_now - CODES_KEPT)
        await connection.execute("DELETE FROM web_session WHERE seen_at < $1", real_now - SESSIONS_KEPT)
        await connection.execute("DELETE FROM sms_reply WHERE received_at < $1", real_now - REPLIES_KEPT)
