"""The service's background work: named tasks that wait on events, never die silently, and stop on request."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import asyncpg
import structlog

from storage.database import AWAY_ERRORS, Database, DatabaseAway

log = structlog.get_logger()

RETRY_FIRST_S = 0.5
RETRY_MOST_S = 15.0


@dataclass
class Heartbeats:
    """When each loop is to complete its next round, in the loop's own monotonic seconds.

    `due` counts rounds that succeeded, `turn_due` also those that failed: such a loop is late, but does not hang.
    """

    due: dict[str, float] = field(default_factory=dict)
    turn_due: dict[str, float] = field(default_factory=dict)

    def beat(self, name: str, period_s: float) -> None:
        """The loop of that name completed a round, or a piece of it; the next one begins within `period_s`."""
        self.due[name] = asyncio.get_running_loop().time() + period_s

    def turn(self, name: str, period_s: float) -> None:
        """The loop of that name ended a round, well or not."""
        self.turn_due[name] = asyncio.get_running_loop().time() + period_s

    def stale(self, late_by_s: float) -> list[str]:
        """Loops whose next round should have been completed that long ago."""
        return _overdue(self.due, late_by_s)

    def hung(self, late_by_s: float) -> list[str]:
        """Loops whose next round should have ended that long ago, and of which nothing was heard since."""
        late = set(_overdue(self.due, late_by_s))
        return [name for name in _overdue(self.turn_due, late_by_s) if name in late]

    def age(self) -> dict[str, float]:
        """By how many seconds each loop is late; 0 for one that is in time."""
        now = asyncio.get_running_loop().time()
        return {name: max(0.0, now - due) for name, due in self.due.items()}


def _overdue(due: dict[str, float], late_by_s: float) -> list[str]:
    now = asyncio.get_running_loop().time()
    return sorted(name for name, at in due.items() if now - at > late_by_s)


@dataclass(frozen=True)
class Loop:
    """Work that is done in rounds: at once when woken, else every `period_s`.

    Between the beginnings of two rounds lie `gap_s` at least: who is woken a hundred times meanwhile goes once.
    """

    name: str
    round: Callable[[], Awaitable[object]]
    wake: asyncio.Event
    period_s: float
    gap_s: float = 0.0


class Background:
    """Runs loops until told to stop; the round under way is finished first."""

    def __init__(self, heartbeats: Heartbeats) -> None:
        self._stop = asyncio.Event()
        self._heartbeats = heartbeats
        self._wakes: list[asyncio.Event] = []

    @asynccontextmanager
    async def running(self, loops: list[Loop], stop_within_s: float = 25.0) -> AsyncIterator[None]:
        """All loops for the length of a `with`."""
        self._wakes = [loop.wake for loop in loops]
        tasks = [asyncio.create_task(self._run(loop), name=loop.name) for loop in loops]
        try:
            yield
        finally:
            self._stop.set()
            for wake in self._wakes:
                wake.set()
            _, late = await asyncio.wait(tasks, timeout=stop_within_s)
            for task in late:
                log.error("loop_did_not_stop", loop=task.get_name())
                task.cancel()

    async def _run(self, loop: Loop) -> None:
        failures = 0
        self._heartbeats.beat(loop.name, loop.period_s)
        self._heartbeats.turn(loop.name, loop.period_s)
        while not self._stop.is_set():
            loop.wake.clear()
            began = asyncio.get_running_loop().time()
            try:
                await loop.round()
                self._heartbeats.beat(loop.name, loop.period_s)
                failures = 0
            except DatabaseAway as away:
                failures += 1
                log.warning("database_away", loop=loop.name, failures=failures, reason=str(away))
            except Exception:
                failures += 1
                log.exception("loop_failed", loop=loop.name, failures=failures)
            self._heartbeats.turn(loop.name, loop.period_s)
            await self._pause(loop, failures)
            if (left := began + loop.gap_s - asyncio.get_running_loop().time()) > 0:
                await _wait(self._stop, left)

    async def _pause(self, loop: Loop, failures: int) -> None:
        """Until woken or the period is over; after a failure with growing back-off and full jitter."""
        if not failures:
            await _wait(loop.wake, loop.period_s)
            return
        ceiling = min(RETRY_MOST_S, RETRY_FIRST_S * 2 ** min(failures, 10))
        await _wait(self._stop, random.uniform(0, ceiling))  # noqa: S311 - spreads retries, guards nothing


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


class Ears:
    """Turns PostgreSQL's notifications into events. Deaf ears cost speed only: every loop polls as well."""

    def __init__(self, db: Database, wakes: dict[str, list[asyncio.Event]]) -> None:
        self._db = db
        self._wakes = wakes

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen until `stop`, connecting again after a loss."""
        while not stop.is_set():
            try:
                await self._listen_once(stop)
            except AWAY_ERRORS as error:
                log.warning("ears_deaf", reason=str(error) or type(error).__name__)
                await _wait(stop, random.uniform(0.5, 5))  # noqa: S311 - spreads retries, guards nothing

    async def _listen_once(self, stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(self._db.dsn, timeout=5)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        waits = [asyncio.create_task(event.wait(), name="ears") for event in (stop, lost)]
        try:
            for channel in self._wakes:
                await connection.add_listener(channel, self._heard)
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            with suppress(*AWAY_ERRORS):
                await connection.close(timeout=2)

    def _heard(self, _connection: object, _pid: int, channel: str, _payload: object) -> None:
        for wake in self._wakes[channel]:
            wake.set()
