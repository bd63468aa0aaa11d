"""Listens to the gateways: takes what arrives, batch by batch, and acknowledges what was committed."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice

import asyncpg
import structlog

from storage.database import DatabaseAway
from storage.failpoints import FailPoints
from storage.quarantine import Fault
from telemetry.foreign import ForeignTopics
from telemetry.intake import Arrived, Intake
from telemetry.mqtt import Broker, BrokerAway, Delivery, MqttLink
from telemetry.topics import SUBSCRIPTION

BATCH = 200
BUFFER = 2000
TICK_S = 1.0
SETTLES_IN_S = 10.0
RETRY_FIRST_S = 1.0
RETRY_MOST_S = 60.0

log = structlog.get_logger()


class Listener:
    """One session at the broker. What is not acknowledged stays there, also beyond the end of this process.

    At most `buffer` messages wait here; when it is full, nothing more is read. `beat` is called while connected.
    """

    def __init__(
        self, broker: Broker, intake: Intake, fail: FailPoints, beat: Callable[[], None], buffer: int = BUFFER
    ) -> None:
        self._intake = intake
        self._fail = fail
        self._beat = beat
        self._buffer = buffer
        self._waiting: deque[Delivery] = deque()
        self._link = MqttLink(broker, SUBSCRIPTION, self._arrived)
        self._connected_at: float | None = None
        self.arrived = asyncio.Event()
        self._foreign = ForeignTopics(broker, self.arrived)

    @property
    def waiting(self) -> int:
        """How many messages wait here."""
        return len(self._waiting)

    @property
    def connected(self) -> bool:
        """Is there a connection to the broker?"""
        return not self._link.lost.is_set()

    @property
    def subscribed(self) -> bool:
        """Has the broker said that it will tell us?"""
        return self._connected_at is not None and self.connected

    @property
    def hears_foreign(self) -> bool:
        """Are we told of other topics at the broker as well?"""
        return self._foreign.subscribed

    def hears(self) -> bool:
        """Connected for a while, with nothing left to be taken: silence of a sensor is its own."""
        since = self._connected_at
        settled = since is not None and asyncio.get_running_loop().time() - since >= SETTLES_IN_S
        return settled and self.subscribed and not self._waiting

    async def stay_connected(self, stop: asyncio.Event) -> None:
        """Until `stop`; after a loss again, with growing back-off and full jitter."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._foreign.stay_connected(stop))
            await self._stay_connected(stop)

    async def _stay_connected(self, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                await self._link.connect()
            except BrokerAway as away:
                failures += 1
                log.warning("broker_away", failures=failures, reason=str(away))
            else:
                failures = 0
                log.info("broker_connected")
                await self._until_lost(stop)
            await _wait(stop, random.uniform(0, ceiling(failures)))  # noqa: S311 - spreads retries only
        self._link.disconnect()

    async def take_waiting(self, progress: Callable[[], None] = lambda: None) -> None:
        """Take everything that waits; raises `DatabaseAway`, and then it waits on.

        `progress` is called after each batch.
        """
        while self._waiting:
            batch = list(islice(self._waiting, BATCH))
            await self._take(batch)
            progress()
            for delivery in batch:
                self._link.acknowledge(delivery)
                if self._waiting and self._waiting[0] is delivery:
                    self._waiting.popleft()
            self._fail.hit("telemetry.after_acknowledge")
            if len(self._waiting) <= self._buffer // 2:
                self._link.resume()
            await asyncio.sleep(0)  # lets the socket be read between two batches
        await self._foreign.put_aside(self._intake)

    async def _take(self, batch: Sequence[Delivery]) -> None:
        """Take a batch; if it cannot be taken, each message alone, so that one does not hold up the others."""
        try:
            await self._intake.take([Arrived(d.topic, d.payload) for d in batch])
        except (DatabaseAway, asyncpg.TransactionRollbackError, asyncpg.OperatorInterventionError):
            raise
        except Exception:
            log.exception("telemetry_failed", messages=len(batch))
            if len(batch) > 1:
                for delivery in batch:
                    await self._take([delivery])
            else:
                await self._intake.set_aside([Arrived(batch[0].topic, batch[0].payload)], Fault.NOT_TAKEN)

    async def _until_lost(self, stop: asyncio.Event) -> None:
        self._connected_at = asyncio.get_running_loop().time()
        while not stop.is_set() and self.connected:
            self._beat()
            self._link.tick()
            await _wait(stop, TICK_S)
        self._connected_at = None
        if not stop.is_set():
            log.warning("broker_lost", waiting=len(self._waiting))
        self._link.drop()
        self._waiting.clear()  # the broker has them still

    def _arrived(self, delivery: Delivery) -> None:
        self._waiting.append(delivery)
        self.arrived.set()
        if len(self._waiting) >= self._buffer:
            self._link.pause()


def ceiling(failures: int) -> float:
    """The longest pause after so many failures in a row."""
    return min(RETRY_MOST_S, RETRY_FIRST_S * 2.0 ** min(failures, 10))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
