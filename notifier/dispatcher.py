"""Takes messages from the outbox as fast as there are hands, and makes decided cards show the decision.

Polling is the truth, the wake-up event only the speed. Nothing is held in memory that a restart would miss.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from notifier.sending import Sender
from storage import outbox
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.failpoints import FailPoints
from storage.outbox import Claimed

LEASE = timedelta(seconds=120)
HANDS = 16
STOP_WITHIN_S = 20.0

log = structlog.get_logger()


class Dispatcher:
    """Sends what the outbox holds. Any number of processes may run one."""

    def __init__(
        self,
        db: Database,
        sender: Sender,
        real: Clock,
        fail: FailPoints,
        lease: timedelta = LEASE,
        hands: int = HANDS,
    ) -> None:
        """`lease` must outlast the longest try (`Channels.send_within_s`); `hands` is how many are sent at once."""
        self._db = db
        self._sender = sender
        self._real = real
        self._fail = fail
        self._lease = lease
        self._hands = hands
        self._at_work: set[asyncio.Task[None]] = set()

    async def start_due(self, on_done: asyncio.Event | None = None) -> int:
        """Claim as many due messages as there are free hands and begin with them; how many."""
        free = self._hands - len(self._at_work)
        claimed = await self._claim(free) if free > 0 else []
        for message in claimed:
            task = asyncio.create_task(self._deliver(message), name=f"deliver-{message.id}")
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
            if on_done is not None:
                task.add_done_callback(lambda _: on_done.set())
        return len(claimed)

    async def drain(self) -> int:
        """Deliver until nothing is due; how many tries were made."""
        handled = 0
        while started := await self.start_due():
            handled += started
            await self.settle()
        return handled

    async def settle(self) -> None:
        """Wait until every begun try has ended (or was given up; its lease then runs out)."""
        if self._at_work:
            await asyncio.wait(list(self._at_work), timeout=STOP_WITHIN_S)

    async def _claim(self, limit: int) -> Sequence[Claimed]:
        claimed = await outbox.claim(self._db, self._real.now(), self._lease, limit)
        if claimed:
            self._fail.hit("notifier.claimed")
        return claimed

    async def _deliver(self, message: Claimed) -> None:
        """One try. A dead database leaves the lease to run out."""
        try:
            await self._send(message)
        except DatabaseAway as away:
            log.warning("try_interrupted", message=message.id, reason=str(away))

    async def _send(self, message: Claimed) -> None:
        """A surprise puts the message off, so that it holds up its own lane alone."""
        try:
            await self._sender.send(message)
        except DatabaseAway:
            raise
        except Exception:
            log.exception("try_broke", message=message.id, kind=message.kind)
            await self._sender.put_off(message)
