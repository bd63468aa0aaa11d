"""What providers report of messages they had accepted: arrived, or not, in which case the next way is taken."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from storage import routing_notes
from storage.database import Connection, Database, Record
from storage.routing_notes import What
from storage.texts import N_

NOT_ARRIVED = N_("The provider reports that it was not delivered.")
NOT_KNOWN = N_("The provider reports an unknown status: neither delivered nor failed.")
UNTIMED = N_("The provider gave no readable time: the time shown is when the report came.")
KEY_PRESSED = "key "  # begins the code of a report that tells of a key


class Weight(IntEnum):
    """How much a report tells of the reader: nothing, that they pressed some key, or that they acknowledged."""

    REPORT = 0
    KEY = 1
    ACKNOWLEDGED = 2


@dataclass(frozen=True)
class Receipt:
    """One report. `at` is the provider's time of it, `code` its own word, kept as it is.

    `delivered` is None for a status that nobody knows, which changes nothing but what is shown. `untimed`: the
    provider told no readable time, and `at` is when the report came.
    `weight`: a heavier report counts whatever lighter ones say and whenever they come. `reason` is why it failed.
    """

    unique_id: str
    provider_id: str
    delivered: bool | None
    code: str
    at: datetime
    weight: Weight = Weight.REPORT
    reason: str = NOT_ARRIVED
    parts: int | None = None
    """How many parts the provider counts, where it says so."""
    untimed: bool = False


class Noted(StrEnum):
    """What a receipt changed."""

    NEWS = "news"
    NOTHING_NEW = "nothing new"
    UNKNOWN = "unknown"
    TOO_EARLY = "too early"
    """It tells of a try that is not noted yet; the report is wanted again, a little later."""


FIND = """SELECT id, created_at, message_id, message_created_at FROM delivery
           WHERE unique_id = $1 AND account_id = $2 ORDER BY id DESC LIMIT 1"""
# The message first, as every transaction does, or two of them could wait for each other.
LOCK_MESSAGE = "SELECT state FROM message WHERE id = $1 AND created_at = $2 FOR UPDATE"
LOCK_DELIVERY = """SELECT state, provider_id, maybe_twice,
                          CASE WHEN receipt_unknown THEN '' ELSE receipt END AS receipt,
                          coalesce(received_at, finished_at) AS told_at
                     FROM delivery WHERE id = $1 AND created_at = $2 FOR UPDATE"""
DELIVERED = """
UPDATE delivery SET state = 'accepted', received_at = $3, receipt = $4, error_code = '', error = '',
       finished_at = coalesce(finished_at, $5), provider_id = coalesce(nullif(provider_id, ''), $6),
       receipt_untimed = $7, receipt_unknown = false
 WHERE id = $1 AND created_at = $2
"""
TOLD = """UPDATE message SET state = 'sent', finished_at = $3, reason = ''
           WHERE id = $1 AND created_at = $2 AND state IN ('queued', 'dead')
              AND held NOT IN ('escalated', 'ways')"""
# Of one that goes several ways at once each is wanted for itself.
NEEDLESS = """
UPDATE delivery SET state = 'superseded' WHERE message_id = $1 AND id > $2 AND state = 'waiting'
   AND NOT EXISTS (SELECT FROM message WHERE id = $1 AND created_at = $3 AND variables ? 'spread')
"""
FAILED = """
UPDATE delivery SET state = CASE state WHEN 'superseded' THEN state ELSE 'refused' END, received_at = NULL,
       receipt = $4, error_code = $4, error = $5, finished_at = $3, receipt_untimed = $6, receipt_unknown = false
 WHERE id = $1 AND created_at = $2
"""
# What is known already stays so.
NOT_SAID = """
UPDATE delivery SET receipt = $3, receipt_unknown = true
 WHERE id = $1 AND created_at = $2 AND (receipt = '' OR receipt_unknown)
"""
# Without a time of its own a report that is pushed again looks like a later one.
SAID_BEFORE = """
SELECT EXISTS (SELECT FROM routing_note WHERE message_id = $1 AND delivery_id = $2 AND what = 'receipt' AND code = $3
                  AND data->>'delivered' IS NOT DISTINCT FROM $4 AND ($4 IS NULL OR data->>'untimed' = 'true'))
"""
# What it costs was reckoned from the parts that we count.
PARTS = """
UPDATE delivery SET cost = round(cost * $3 / nullif(parts, 0), 4), parts = $3
 WHERE id = $1 AND created_at = $2 AND parts IS DISTINCT FROM $3
"""
NEXT_WAY = """
UPDATE message SET state = 'queued', next_at = $3, finished_at = NULL, reason = $4
 WHERE id = $1 AND created_at = $2 AND state = 'sent' AND acknowledged_at IS NULL
   AND (variables ? 'spread' OR NOT EXISTS (SELECT 1 FROM delivery WHERE message_id = $1 AND id > $5))
RETURNING id
"""


async def note(db: Database, account_id: int, receipt: Receipt, now: datetime) -> Noted:
    """Note a receipt in the ledger; the latest report counts, whichever comes last. `now` is real time.

    An SMS that did not arrive is refused for good, and its message queued again, once, for the next way.
    """
    async with db.transaction() as tx:
        found = await tx.fetchrow(FIND, receipt.unique_id, account_id)
        if found is None:
            return Noted.UNKNOWN
        await tx.fetchrow(LOCK_MESSAGE, found["message_id"], found["message_created_at"])
        delivery = await tx.fetchrow(LOCK_DELIVERY, found["id"], found["created_at"])
        if delivery is None or not _is_of(receipt, delivery):
            return Noted.UNKNOWN
        if receipt.delivered is False and delivery["state"] in ("waiting", "sending"):
            return Noted.TOO_EARLY
        if not await _is_to_be_noted(tx, receipt, found, delivery):
            return Noted.NOTHING_NEW
        await _WRITERS[receipt.delivered](tx, found, receipt, now)
        if receipt.parts is not None:
            await tx.execute(PARTS, found["id"], found["created_at"], receipt.parts)
        await _tell_of(tx, found, account_id, receipt, now)
    return Noted.NEWS


async def _tell_of(tx: Connection, found: Record, account_id: int, receipt: Receipt, now: datetime) -> None:
    """Keep every report, beside the ledger that knows the last one only."""
    await routing_notes.note(
        tx,
        found["message_id"],
        What.RECEIPT,
        now,
        delivery_id=found["id"],
        account_id=account_id,
        code=receipt.code,
        reason=_reason(receipt),
        delivered=receipt.delivered,
        **({"untimed": True} if receipt.untimed else {}),
    )


def _reason(receipt: Receipt) -> str:
    if receipt.delivered is None:
        return NOT_KNOWN
    return receipt.reason if not receipt.delivered else UNTIMED if receipt.untimed else ""


async def _is_to_be_noted(tx: Connection, receipt: Receipt, found: Record, delivery: Record) -> bool:
    """Was it not told before, and is it the latest, unless it says neither this nor that?"""
    if receipt.untimed or receipt.delivered is None:
        says = None if receipt.delivered is None else str(receipt.delivered).lower()
        if await tx.fetchval(SAID_BEFORE, found["message_id"], found["id"], receipt.code, says):
            return False
    return receipt.delivered is None or not delivery["receipt"] or _is_news(receipt, delivery)


def _is_of(receipt: Receipt, delivery: Record) -> bool:
    """The provider's id must be the noted one; of tries whose answer was lost none was noted."""
    known = delivery["provider_id"] or receipt.provider_id
    return bool(known == receipt.provider_id or (receipt.delivered and delivery["maybe_twice"]))


def _is_news(receipt: Receipt, delivery: Record) -> bool:
    known = _weight(delivery)
    return bool(receipt.weight > known or (receipt.weight == known and receipt.at > delivery["told_at"]))


def _weight(delivery: Record) -> Weight:
    """What is known already, by what the ledger keeps of the last report."""
    if not delivery["receipt"].startswith(KEY_PRESSED):
        return Weight.REPORT
    return Weight.ACKNOWLEDGED if delivery["state"] == "accepted" else Weight.KEY


async def _delivered(tx: Connection, found: Record, receipt: Receipt, now: datetime) -> None:
    """It arrived, so nothing is left to send, whatever was thought of it."""
    key = (found["id"], found["created_at"])
    await tx.execute(DELIVERED, *key, receipt.at, receipt.code, now, receipt.provider_id, receipt.untimed)
    await tx.execute(TOLD, found["message_id"], found["message_created_at"], now)
    await tx.execute(NEEDLESS, found["message_id"], found["id"], found["message_created_at"])


async def _failed(tx: Connection, found: Record, receipt: Receipt, now: datetime) -> None:
    key = (found["id"], found["created_at"])
    await tx.execute(FAILED, *key, receipt.at, receipt.code, receipt.reason, receipt.untimed)
    message = (found["message_id"], found["message_created_at"])
    if await tx.fetchval(NEXT_WAY, *message, now, receipt.reason, found["id"]) is not None:
        await tx.execute("SELECT pg_notify('outbox', '')")


async def _not_said(tx: Connection, found: Record, receipt: Receipt, now: datetime) -> None:  # noqa: ARG001 - as the others
    """Nobody knows what it means: it is kept to be shown, and takes no other way."""
    await tx.execute(NOT_SAID, found["id"], found["created_at"], receipt.code)


_WRITERS = {True: _delivered, False: _failed, None: _not_said}
