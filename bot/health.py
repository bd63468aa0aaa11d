"""`/healthz`, `/readyz` and `/metrics`: does it live, can it serve, what does it do."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.loops import Heartbeats
from bot.metrics import Metrics
from storage.clock import Clock
from storage.database import Database, DatabaseAway

ANSWER_WITHIN_S = 2.0
STALE_AFTER_S = 90.0


class Health:
    """The three answers."""

    def __init__(self, db: Database, heartbeats: Heartbeats, real: Clock, business: Clock) -> None:
        self._db = db
        self._heartbeats = heartbeats
        self._real = real
        self._business = business
        self.counted = Metrics()
        """What happens in this process, for whoever counts it."""

    def add_to(self, app: web.Application) -> None:
        """Put the routes into an application."""
        app.router.add_get("/healthz", self.alive)
        app.router.add_get("/readyz", self.ready)
        app.router.add_get("/metrics", self.metrics)

    async def alive(self, _: web.Request) -> web.Response:
        """200 while the event loop turns."""
        return web.Response(text="alive\n")

    async def ready(self, _: web.Request) -> web.Response:
        """200 when the database answers and every loop makes its rounds; else 503 and which does not."""
        stale = self._heartbeats.stale(STALE_AFTER_S)
        if stale:
            return web.Response(status=503, text=f"not ready: {', '.join(stale)}\n")
        if not await self._within(lambda: self._db.fetchrow("SELECT 1")):
            return web.Response(status=503, text="not ready: database\n")
        return web.Response(text="ready\n")

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus text. What the database does not say in time is left as it was."""
        now = self._real.now(), self._business.now()
        self.counted.answered(in_time=await self._within(lambda: self.counted.read(self._db, *now)))
        self.counted.process(self._db, self._heartbeats)
        return web.Response(body=self.counted.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _within(self, question: Callable[[], Awaitable[object]]) -> bool:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await question()
        except (DatabaseAway, TimeoutError):
            return False
        return True
