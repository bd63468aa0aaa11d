"""A listener as a process has it, and waiting for what it does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from storage.database import DatabaseAway
from storage.failpoints import NoFailPoints
from telemetry.intake import Arrived, Intake
from telemetry.listener import BUFFER, Listener
from telemetry.mqtt import Broker
from tests.support.desk import Desk
from tests.support.gateways import said

WITHIN_S = 20.0


@asynccontextmanager
async def listening(
    desk: Desk, port: int, *, buffer: int = BUFFER, takes: bool = True, client_id: str = "yishe"
) -> AsyncIterator[Listener]:
    """A connected listener; with `takes` False nothing that arrives is taken until the test does it."""
    stop = asyncio.Event()
    intake = Intake(desk.db, desk.engine, desk.real, NoFailPoints())
    broker = Broker("127.0.0.1", port, client_id, keepalive_s=2)
    listener = Listener(broker, intake, NoFailPoints(), lambda: None, buffer)
    tasks = [asyncio.create_task(listener.stay_connected(stop))]
    if takes:
        tasks.append(asyncio.create_task(_take(listener)))
    try:
        await until(lambda: listener.subscribed)
        yield listener
    finally:
        stop.set()
        for task in tasks[1:]:
            task.cancel()
        await asyncio.wait(tasks)


def series(desk: Desk, count: int, first: int = 0) -> list[Arrived]:
    """As many messages with one value each, which says its place (up to a hundred)."""
    begin = desk.real.now() - timedelta(hours=1)
    return [said(begin + timedelta(seconds=nth), nth % 100) for nth in range(first, first + count)]


async def stored(desk: Desk) -> int:
    count: int = await desk.value("SELECT count(*) FROM reading")
    return count


async def until(holds: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Wait until a condition holds; raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - paho and the broker set no event of ours
            await asyncio.sleep(0.01)


async def until_it_is(
    question: Callable[[], Awaitable[object]], answer: object, within_s: float = WITHIN_S
) -> None:
    """Ask until the answer comes; raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while await question() != answer:  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.05)


async def _take(listener: Listener) -> None:
    while True:
        await listener.arrived.wait()
        listener.arrived.clear()
        with suppress(DatabaseAway):
            await listener.take_waiting()
