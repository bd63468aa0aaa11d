"""Messages that no channel took are sent again by an administrator, which is on record."""

from storage import outbox
from workflows.administration.office import By, Change, Office


async def resend(office: Office, by: By, message_id: int) -> bool:
    """Queue a dead letter anew, with all its channels open again; False when it is not dead any more.

    Whether the message is the viewer's to see is asked before (`access.messages.check_dead_letter`).
    """
    async with office.writing(by) as desk:
        about = await outbox.revive(desk.connection, message_id, desk.clocks.real.now())
        if about is None:
            return False
        await desk.record(
            Change("message.resend", about.organisation_id, "message", message_id, about.case_number)
        )
    return True
