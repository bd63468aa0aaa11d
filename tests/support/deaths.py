"""Kills the service over and over, at named points and at any moment, and starts it again each time."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.database import Database
from tests.support.service import Process, WarmStarts, answers

ANYWHERE = "anywhere"
POINTS = (
    "engine.before_commit",
    "engine.after_commit",
    "timer.before_commit",
    "notifier.claimed",
    "notifier.frozen",
    "notifier.accepted",
    "notifier.noted",
)
PATIENCE_S = 3.0
OTHERS_AT_WORK = """
SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'observer'
   AND backend_type = 'client backend' LIMIT 1
"""


@dataclass
class Reaper:
    """Lets the service die `wanted` times at each point. `in_flight`: what was being sent at some death."""

    starts: WarmStarts
    settings: Mapping[str, str]
    observer: Database
    wanted: Counter[str]
    rng: random.Random
    origin: str
    deaths: Counter[str] = field(default_factory=Counter)
    in_flight: set[str] = field(default_factory=set)

    async def reap(self, seconds: float) -> None:
        """Until the service has died often enough everywhere, and for that long at least."""
        end = time.monotonic() + seconds
        while (left := self.wanted - self.deaths) or time.monotonic() < end:
            left = left or Counter(self.wanted.keys())
            await self._life(max(left, key=lambda point: (left[point], self.rng.random())))

    async def live(self) -> Process:
        """Start it, to stay alive."""
        process = await self.starts.start(self.settings)
        await answers(f"{self.origin}/readyz")
        return process

    async def _life(self, point: str) -> None:
        nth = self.rng.randint(1, 2)
        order = {} if point == ANYWHERE else {"YISHE_FAIL_POINT": f"{point}:{nth}"}
        process = await self.starts.start({**self.settings, "YISHE_FAIL_POINT": "", **order})
        patience = self.rng.uniform(0.05, 1.0) if point == ANYWHERE else PATIENCE_S
        await asyncio.wait([process.ended], timeout=patience)
        died_there = process.ended.done()
        process.send(signal.SIGKILL)
        assert await process.exit_code() == -signal.SIGKILL, "the service ended by itself"
        self.deaths[point if died_there else ANYWHERE] += 1
        await self._look()

    async def _look(self) -> None:
        """What was being sent, once PostgreSQL has noticed the death."""
        while await self.observer.fetchrow(OTHERS_AT_WORK):  # noqa: ASYNC110 - the server makes it true
            await asyncio.sleep(0.01)
        rows = await self.observer.fetch("SELECT unique_id FROM delivery WHERE state = 'sending'")
        self.in_flight.update(row["unique_id"] for row in rows)


__all__ = ["ANYWHERE", "POINTS", "Reaper"]
