"""A reminder says the same each time: the newest one is enough, and not too soon after the last."""

from datetime import datetime, timedelta

from storage import mutes, outbox, repeats
from storage.database import Connection
from storage.kinds import Severity
from storage.outbox import Claimed
from storage.texts import N_

SUPERSEDED = N_("A newer message covers the same matter.")
TOO_SOON = N_("The recipient was recently notified of the same.")


async def says_nothing_new(tx: Connection, message: Claimed, within: timedelta, now: datetime) -> bool:
    """Was the same told `within` that time, or does a newer one wait? Then it is withdrawn. The message must be held.

    What is critical, and what the law counts by, is told however soon.
    """
    found = await repeats.beside(tx, message, now - within)
    may_wait = message.severity != Severity.CRITICAL and not message.kind.startswith(mutes.NEVER)
    reason = SUPERSEDED if found.newer else TOO_SOON if found.told and within and may_wait else None
    if reason:
        await outbox.give_up(tx, message, "withdrawn", now, reason)
    return reason is not None
