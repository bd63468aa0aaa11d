"""In rounds: what waits for a digest goes out in one message, and who waited for the end of a case is told."""

from datetime import timedelta

import structlog

from notifier.noise.digest_hour import TOGETHER
from storage import bundles, watches
from storage.clock import Clock
from storage.database import Database
from storage.quiet_kinds import DIGEST, OVER

GATHER = timedelta(minutes=15)

log = structlog.get_logger()


class Rounds:
    """Any number of processes may run one. `real` is the real clock."""

    def __init__(self, db: Database, real: Clock) -> None:
        self._db = db
        self._real = real

    async def run_due(self) -> None:
        """Raises `DatabaseAway`."""
        now = self._real.now()
        async with self._db.transaction() as tx:
            bundled = await bundles.bundle(tx, DIGEST.name, now, now - GATHER, now + TOGETHER)
            told = await watches.tell(tx, OVER.name, OVER.severity, now)
        if bundled or told:
            log.info("told_together", bundled=bundled, watchers=told)
