"""Takes messages from the outbox as fast as there are hands, and makes decided cards show the decision.

Polling is the truth, the wake-up event only the speed. Nothing is held in memory that a restart would miss.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from notifier.first_tries import Begun
from notifier.sending import Sender
from storage import outbox
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.failpoints import FailPoints
from storage.outbox import Claimed

LEASE = timedelta(seconds=120)
HANDS = 32
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
        self._in_hand = 0
        self._at_work: set[asyncio.Task[None]] = set()

    async def start_due(self, on_done: asyncio.Event | None = None) -> int:
        """Claim due messages and begin with them; how many.

        A batch takes half of the hands, so that one can begin while the other's is still sent.
        """
        batch = self._hands // 2
        claimed = await self._claim(batch) if self._hands - self._in_hand >= batch else []
        if claimed:
            self._in_hand += len(claimed)
            self._start(self._deliver_all(claimed, on_done), "deliver")
        return len(claimed)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return task

    async def drain(self) -> int:
        """Deliver until nothing is due; how many tries were made."""
        handled = 0
        while True:
            started = await self.start_due()
            handled += started
            if not started:
                if not self._at_work:
                    return handled
                await self.settle()

    async def settle(self) -> None:
        """Wait until every begun try has ended (or was given up; its lease then runs out)."""
        until = asyncio.get_running_loop().time() + STOP_WITHIN_S
        while self._at_work and (left := until - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(list(self._at_work), timeout=left)

    async def _claim(self, limit: int) -> Sequence[Claimed]:
        claimed = await outbox.claim(self._db, self._real.now(), self._lease, limit)
        if claimed:
            self._fail.hit("notifier.claimed")
        return claimed

    async def _deliver_all(self, messages: Sequence[Claimed], on_done: asyncio.Event | None) -> None:
        """Begin together, go on each by itself. A dead database leaves the leases to run out."""
        begun: Mapping[int, Begun] = {}
        try:
            begun = await self._sender.begin(messages)
        except DatabaseAway as away:
            log.warning("batch_interrupted", messages=len(messages), reason=str(away))
            self._in_hand -= len(messages)
            return

        def done(_: asyncio.Task[None]) -> None:
            self._in_hand -= 1
            if on_done is not None:
                on_done.set()

        for message in messages:
            task = self._start(self._deliver(message, begun.get(message.id)), f"deliver-{message.id}")
            task.add_done_callback(done)

    async def _deliver(self, message: Claimed, begun: Begun | None) -> None:
        """One try. A dead database leaves the lease to run out."""
        try:
            await self._send(message, begun)
        except DatabaseAway as away:
            log.warning("try_interrupted", message=message.id, reason=str(away))

    async def _send(self, message: Claimed, begun: Begun | None) -> None:
        """A surprise puts the message off, so that it holds up its own lane alone."""
        try:
            await self._sender.send(message, begun)
        except DatabaseAway:
            raise
        except Exception:
            log.exception("try_broke", message=message.id, kind=message.kind)
            await self._sender.put_off(message)
