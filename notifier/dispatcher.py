"""Takes messages from the outbox as fast as there are hands, and makes decided cards show the decision.

Polling is the truth, the wake-up event only the speed. Nothing is held in memory that a restart would miss.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from notifier.first_tries import Batch
from notifier.sending import Sender
from notifier.time_limit import TimeLimit
from storage.database import DatabaseAway
from storage.failpoints import FailPoints
from storage.first_tries import Taken
from storage.outbox import Claimed

LEASE = timedelta(seconds=120)
HANDS = 64
BATCHES = 4
LOOK_EVERY_S = 0.2  # for what presses, while all hands are taken
STOP_WITHIN_S = 20.0
Try = asyncio.Task[Taken | None]

log = structlog.get_logger()


@dataclass
class Hands:
    """How many messages may be sent at once, and how many are."""

    all: int
    taken: int = 0

    def are_free(self, count: int) -> bool:
        """Could so many more be taken?"""
        return self.all - self.taken >= count


class Dispatcher:
    """Sends what the outbox holds. Any number of processes may run one."""

    def __init__(
        self,
        sender: Sender,
        fail: FailPoints,
        lease: timedelta = LEASE,
        hands: int = HANDS,
    ) -> None:
        """`lease` must outlast the longest try (`Channels.send_within_s`); `hands` is how many are sent at once.

        A batch takes a part of the hands, so that one is claimed while another is sent and a third one noted. As many
        as a batch are kept for what presses, beside them: one slow provider can hold all the others.
        """
        self._sender = sender
        self._fail = fail
        self._lease = lease
        self._batch = hands // BATCHES
        self._hands = Hands(hands)
        self._kept = Hands(self._batch)
        self._looked = -math.inf
        self._at_work: set[asyncio.Task[None]] = set()

    async def start_due(
        self, on_done: asyncio.Event | None = None, *, may_wait: Callable[[], bool] = lambda: False
    ) -> int:
        """Claim due messages and begin with them, as long as there are hands; how many. Raises `DatabaseAway`.

        While it `may_wait`, only what presses is begun.
        """
        started = 0
        while self._hands.are_free(self._batch) and not may_wait():
            claimed = await self._start_batch(self._hands, on_done)
            started += claimed
            if claimed < self._batch:
                return started
        if self._looks_for_what_presses():
            started += await self._start_batch(self._kept, on_done)
        return started

    def _looks_for_what_presses(self) -> bool:
        """Is there a hand for it? Then now and then."""
        now = asyncio.get_running_loop().time()
        if now - self._looked < LOOK_EVERY_S or not self._kept.are_free(self._batch):
            return False
        self._looked = now
        return True

    async def _start_batch(self, hands: Hands, on_done: asyncio.Event | None) -> int:
        """How many messages were claimed; what is to be done with them goes on by itself."""
        hands.taken += self._batch
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._deliver_batch(hands, told, on_done), name="deliver")
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        claimed = await told
        if not claimed:
            await task
        return claimed

    async def drain(self) -> int:
        """Deliver until nothing is due; how many tries were made."""
        handled = 0
        while True:
            started = await self.start_due()
            handled += started
            if self._at_work:
                await asyncio.wait(list(self._at_work), return_when=asyncio.FIRST_COMPLETED)
            elif not started:
                return handled

    async def settle(self) -> None:
        """Wait until every begun try has ended (or was given up; its lease then runs out)."""
        until = asyncio.get_running_loop().time() + STOP_WITHIN_S
        while self._at_work and (left := until - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(list(self._at_work), timeout=left)

    async def _deliver_batch(
        self, hands: Hands, told: asyncio.Future[int], on_done: asyncio.Event | None
    ) -> None:
        """Claim and begin together, go on each by itself, note together what has ended by then."""
        in_hand = self._batch
        in_time = self._sender.time_limit()
        try:
            tries = self._started(await self._begin(told, pressing=hands is self._kept), in_time)
            hands.taken -= in_hand - len(tries)
            in_hand = len(tries)
            while tries:
                ended, tries = await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
                await self._note(ended)
                hands.taken -= len(ended)
                in_hand -= len(ended)
                if on_done is not None:
                    on_done.set()
        finally:
            in_time.close()
            hands.taken -= in_hand

    async def _begin(self, told: asyncio.Future[int], *, pressing: bool) -> Batch:
        """Whoever waits to be told learns how many were claimed, or what went wrong before."""

        def claimed(count: int) -> None:
            if count:
                self._fail.hit("notifier.claimed")
            if not told.done():
                told.set_result(count)

        try:
            batch = await self._sender.begin(self._batch, self._lease, claimed, pressing=pressing)
        except asyncio.CancelledError:
            told.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whoever waits is told, or nobody waits any more
            if told.done():
                log.warning("batch_interrupted", reason=f"{type(error).__name__}: {error}")
            else:
                told.set_exception(error)
            return Batch()
        if not told.done():
            told.set_result(len(batch))
        return batch

    def _started(self, batch: Batch, in_time: TimeLimit) -> set[Try]:
        """A try of each message."""
        first = [self._guarded(b.message, self._sender.hand_over(b, in_time)) for b in batch.begun]
        later = [self._guarded(message, self._sender.send(message)) for message in batch.others]
        return {asyncio.create_task(work) for work in (*first, *later)}

    async def _note(self, ended: set[Try]) -> None:
        """What providers took. A dead database leaves the leases to run out."""
        taken = [each for try_ in ended if not try_.cancelled() and (each := try_.result())]
        try:
            await self._sender.note(taken)
        except DatabaseAway as away:
            log.warning("notes_interrupted", messages=len(taken), reason=str(away))

    async def _guarded(self, message: Claimed, work: Awaitable[Taken | None]) -> Taken | None:
        """A dead database leaves the lease to run out; a surprise puts the message off, so that only its lane waits."""
        try:
            return await work
        except DatabaseAway as away:
            log.warning("try_interrupted", message=message.id, reason=str(away))
        except Exception:
            log.exception("try_broke", message=message.id, kind=message.kind)
            await self._put_off(message)
        return None

    async def _put_off(self, message: Claimed) -> None:
        try:
            await self._sender.put_off(message)
        except Exception as error:  # noqa: BLE001 - the lease runs out
            log.warning("try_interrupted", message=message.id, reason=f"{type(error).__name__}: {error}")
