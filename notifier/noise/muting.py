"""What somebody does not want to hear is not said, or only later."""

from datetime import datetime

from storage import mutes, outbox, routing_notes
from storage.database import Connection
from storage.outbox import Claimed
from storage.routing_notes import What
from storage.texts import N_

STOPPED = N_("The recipient has muted such messages.")
SNOOZED = N_("The recipient asked to be reminded later.")


async def is_muted(tx: Connection, message: Claimed, now: datetime) -> bool:
    """Did the reader stop it? Then it is withdrawn, or waits for the end of a snooze. The message must be held."""
    if message.person_id is None or not mutes.may_be_muted(message.kind, message.severity):
        return False
    active = await mutes.active(tx, message.person_id, message.kind, message.case_id, now)
    if active is None:
        return False
    if active.until is None or active.case_id is None:
        await outbox.give_up(tx, message, "withdrawn", now, STOPPED)
        return True
    await outbox.put_off(tx, message, active.until, SNOOZED, "snooze")
    await routing_notes.note(
        tx, message.id, What.HELD, now, code="snooze", reason=SNOOZED, until=active.until.isoformat()
    )
    return True
