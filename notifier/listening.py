"""A listener that says itself that it wants no more: it is ended, and whoever administers its house hears of it.

Source: Standard Webhooks 1.0.0, "Disabling endpoints": an endpoint that answers 410 is to be told nothing more.
"""

import structlog

from notifier.channel import Gone
from storage import audit, listeners, outbox, reach
from storage.audit import AuditRow
from storage.clock import Clock
from storage.database import Connection
from storage.listener_kinds import ENDED
from storage.listeners import ListenerRow
from storage.outbox import Claimed

ADMINISTRATOR = "administrator"

log = structlog.get_logger()


class Listening:
    """Ends listeners. `business` is for who administers now."""

    def __init__(self, business: Clock, real: Clock) -> None:
        self._business = business
        self._real = real

    async def failed(self, tx: Connection, message: Claimed, failure: Exception) -> None:
        """End whom the message was for, if that is what the failure says, and withdraw the message."""
        if message.account_id is None or not isinstance(failure, Gone):
            return
        await outbox.give_up(tx, message, "withdrawn", self._real.now(), failure.reason)
        await self.end(tx, message.account_id, message.address, failure)

    async def end(self, tx: Connection, account_id: int, address: str, failure: Gone) -> None:
        """End all listeners there, whoever said so, and tell those who administer them."""
        now = self._real.now()
        for row in await listeners.gone(tx, account_id, address, failure.reason, now):
            log.warning("listener_ended", listener=row.id, account=row.account_id, code=failure.code)
            await audit.append(tx, self._record(row, failure))
            held = await reach.holders(tx, [ADMINISTRATOR], row.path, self._business.now(), now)
            await listeners.tell(tx, row, ENDED, held.for_sure(ADMINISTRATOR), now)

    def _record(self, row: ListenerRow, failure: Gone) -> AuditRow:
        return AuditRow(
            at=self._real.now(),
            person_id=None,
            case_id=None,
            door="system",
            client="",
            action="listener.end",
            subject=row.name,
            data={"code": failure.code},
            organisation_id=row.organisation_id,
            subject_kind="listener",
            subject_id=row.id,
            before={"account": row.account, "address": row.address},
        )
