"""Takes messages up again that nobody acknowledged, or that were not delivered, within the policy's time."""

import structlog

from storage import escalations
from storage.clock import Clock
from storage.database import Database
from storage.open_span import OpenSpan

AT_ONCE = 50

log = structlog.get_logger()


class Escalations:
    """Any number of processes may run one. `real` is the real clock."""

    def __init__(self, db: Database, real: Clock) -> None:
        self._db = db
        self._real = real
        self._open = OpenSpan()

    async def run_due(self) -> int:
        """Queue again whatever is overdue; how many were. Raises `DatabaseAway`."""
        taken_up = 0
        while found := await escalations.run_due(self._db, self._open, self._real.now(), AT_ONCE):
            overdue = [message for message in found if not message.is_over]
            taken_up += len(overdue)
            for message in overdue:
                log.info("message_escalated", message=message.id, kind=message.kind)
        return taken_up
