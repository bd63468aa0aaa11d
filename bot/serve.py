"""Runs the service: database, migrations, background loops, web server; and ends it in order."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from bot.catalogues import Catalogues
from bot.health import Health
from bot.loops import Background, Ears, Heartbeats, Loop
from bot.machines import build_machines, connected
from bot.master_key import master_key
from bot.services import Services, build_services
from bot.settings import Settings
from bot.web import build_web
from storage import business_time, upkeep
from storage.embedded import EmbeddedServer
from storage.migrate import migrate

POLL_S = 1.0
SHUTDOWN_S = 10.0

log = structlog.get_logger()


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncIterator[str]:
    """The configured PostgreSQL, else the embedded one in the data folder. Raises `EmbeddedServerError`."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    async with EmbeddedServer(settings.data_dir / "postgres") as dsn:
        yield dsn


async def serve(
    settings: Settings, dsn: str, stop: asyncio.Event, on_ready: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Migrate, then serve until `stop`. Raises what keeps the service from starting."""
    key, texts = master_key(settings), Catalogues.load()
    await migrate(dsn)
    async with build_services(settings, dsn, key, texts) as services:
        await upkeep.look_after(services.db, services.clocks.real.now())
        heartbeats = Heartbeats()
        health = Health(services.db, heartbeats, services.clocks.real, services.business)
        async with background(services, heartbeats, stop), listening(settings, build_web(services, health)):
            log.info("serving", origin=settings.origin)
            if on_ready is not None:
                await on_ready()
            await stop.wait()
            log.info("stopping")


@asynccontextmanager
async def background(services: Services, heartbeats: Heartbeats, stop: asyncio.Event) -> AsyncIterator[None]:
    """Notifier, timers, clock, upkeep and listener for the length of a `with`; what is being sent is finished."""
    send, cards, timers, clock = (asyncio.Event() for _ in range(4))
    loops = [
        Loop("notifier", lambda: services.dispatcher.start_due(send), send, POLL_S),
        Loop("cards", services.decided.run_due, cards, POLL_S),
        Loop("timers", services.deadlines.run_due, timers, POLL_S),
        Loop("clock", lambda: _refresh_clock(services), clock, 10 * POLL_S),
        Loop("upkeep", lambda: _look_after(services), asyncio.Event(), 3600),
    ]
    ears = Ears(services.db, {"outbox": [send, cards], "timers": [timers], "clock": [clock]})
    deaf = asyncio.create_task(ears.listen(stop), name="ears")
    try:
        machines = build_machines(services, heartbeats)
        async with connected(machines) as more, Background(heartbeats).running(loops + more):
            yield
    finally:
        await services.dispatcher.settle()
        deaf.cancel()


@asynccontextmanager
async def listening(settings: Settings, app: web.Application) -> AsyncIterator[web.AppRunner]:
    """The web server for the length of a `with`. Raises OSError when the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield runner
    finally:
        await runner.cleanup()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Let Ctrl-C and SIGTERM end the service in order."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


async def _refresh_clock(services: Services) -> None:
    async with services.db.connection() as connection:
        await business_time.refresh(connection, services.business)


async def _look_after(services: Services) -> None:
    await upkeep.look_after(services.db, services.clocks.real.now())
