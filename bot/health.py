"""`/healthz`, `/readyz` and `/metrics`: does it live, can it serve, what does it do."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.loops import Heartbeats
from storage.clock import Clock
from storage.database import Database, DatabaseAway

ANSWER_WITHIN_S = 2.0
STALE_AFTER_S = 90.0

DEPTHS = """
SELECT (SELECT count(*) FROM message WHERE state = 'queued') AS queued,
       (SELECT count(*) FROM message WHERE state = 'dead') AS dead,
       (SELECT coalesce(extract(epoch FROM $1 - min(next_at)), 0) FROM message WHERE state = 'queued') AS behind,
       (SELECT count(*) FROM timer WHERE fired_at IS NULL AND due_at < $2) AS overdue,
       (SELECT count(*) FROM work_case WHERE closed_at IS NULL) AS open_cases,
       (SELECT count(*) FROM quarantine WHERE received_at > $1 - interval '1 hour') AS rejected
"""


class Health:
    """The three answers."""

    def __init__(self, db: Database, heartbeats: Heartbeats, real: Clock, business: Clock) -> None:
        self._db = db
        self._heartbeats = heartbeats
        self._real = real
        self._business = business
        self._registry = CollectorRegistry()
        self._gauges = {
            "queued": self._gauge("yishe_messages_queued", "Messages that wait in the outbox"),
            "dead": self._gauge("yishe_messages_dead", "Messages that reached nobody"),
            "behind": self._gauge(
                "yishe_outbox_behind_seconds", "How long the oldest due message has waited"
            ),
            "overdue": self._gauge("yishe_timers_overdue", "Deadlines that should have fired"),
            "open_cases": self._gauge("yishe_cases_open", "Cases that are not closed"),
            "rejected": self._gauge(
                "yishe_telemetry_rejected", "Messages of gateways that were put aside within the last hour"
            ),
        }

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
        """Prometheus text. Depths that cannot be read are left as they were."""
        await self._within(self._read_depths)
        return web.Response(
            body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def _read_depths(self) -> object:
        row = await self._db.fetchrow(DEPTHS, self._real.now(), self._business.now())
        for name, gauge in self._gauges.items():
            gauge.set(float(row[name]) if row else 0.0)
        return row

    async def _within(self, question: Callable[[], Awaitable[object]]) -> bool:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await question()
        except (DatabaseAway, TimeoutError):
            return False
        return True

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self._registry)
