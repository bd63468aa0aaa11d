"""Runs the service: database, migrations, background loops, web server; and ends it in order."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from bot.catalogues import DEFAULT_LANGUAGE, SOURCE_LANGUAGE, Catalogues
from bot.databases import Addresses
from bot.guard import SERVER
from bot.health import Health
from bot.loops import Background, Ears, Heartbeats, Loop
from bot.machines import build_machines, connected
from bot.master_key import master_key
from bot.parts import Part
from bot.pulse import pulse
from bot.services import Services, build_services
from bot.settings import Settings, SettingsWrong
from bot.systemd import Systemd
from bot.web import build_web
from storage import business_time, rates, upkeep
from storage.migrate import migrate
from storage.roles import standing
from workflows.calendar import follow_changes

POLL_S = 1.0
CLAIMS_APART_S = 0.01  # hundreds of commits a second wake no more claims than this
CARDS_APART_S = 0.2
RECALLS_EVERY_S = 10.0
ROBOTS_EVERY_S = 5.0  # how soon another process takes over the connection of a robot
AUDIT_EVERY_S = 30.0
STORMS_EVERY_S = 10.0
BOUNCES_EVERY_S = 60.0
UNREACHABLE_EVERY_S = 600.0
ADVICE = "let the service have a login of its own that is a member of yishe_service (docs/operation.md)"
SHUTDOWN_S = 10.0
YOUNG_OBJECTS = 10_000  # so many come with a dozen pages; Python would look after one

log = structlog.get_logger()


async def serve(
    settings: Settings,
    addresses: Addresses,
    stop: asyncio.Event,
    on_ready: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Migrate, then serve the parts that the settings name until `stop`. Raises what keeps it from starting."""
    if settings.parts == {Part.TELEMETRY} and not settings.mqtt_url:
        raise SettingsWrong("YISHE_MQTT_URL: is needed where only telemetry is to run")
    key, texts = master_key(settings), Catalogues.load()
    await migrate(addresses.owner)
    async with build_services(settings, addresses.service, key, texts) as services:
        await _say_whether_audit_is_safe(services)
        _say_which_texts_are_broken(services)
        await upkeep.look_after(services.db, services.clocks.real.now())
        heartbeats = Heartbeats()
        health = Health(services.db, heartbeats, services.clocks.real, services.business)
        web_app = build_web(services, health, settings.parts)
        settle()
        async with (
            background(services, heartbeats, stop),
            listening(settings, web_app),
            pulse(settings, heartbeats, Systemd(os.environ, os.getpid())),
        ):
            log.info("serving", origin=settings.origin, parts=sorted(settings.parts))
            if on_ready is not None:
                await on_ready()
            await stop.wait()
            log.info("stopping")


def settle() -> None:
    """Have Python look for garbage less: what is loaded now stays, and searching it cost a twentieth of a page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)


@asynccontextmanager
async def background(services: Services, heartbeats: Heartbeats, stop: asyncio.Event) -> AsyncIterator[None]:
    """The loops of the parts that run here for the length of a `with`; what is being sent is finished."""
    loops, wakes = loops_of(services, heartbeats)
    deaf = asyncio.create_task(Ears(services.db, wakes).listen(stop), name="ears")
    try:
        listens = Part.TELEMETRY in services.settings.parts
        machines = build_machines(services, heartbeats) if listens else None
        async with connected(machines) as more, Background(heartbeats).running(loops + more):
            yield
    finally:
        await services.dispatcher.settle()
        await services.robots.close()
        deaf.cancel()


def loops_of(services: Services, heartbeats: Heartbeats) -> tuple[list[Loop], dict[str, list[asyncio.Event]]]:
    """What is done in rounds by the parts that run here, and what wakes whom. Every part follows the clock."""
    parts, clock = services.settings.parts, asyncio.Event()
    loops = [Loop("clock", lambda: _refresh_clock(services), clock, 10 * POLL_S)]
    wakes = {"clock": [clock]}
    if Part.NOTIFIER in parts:
        send, cards = asyncio.Event(), asyncio.Event()
        wakes["outbox"] = [send, cards]
        loops += [
            Loop("notifier", lambda: _notify(services, send), send, POLL_S, CLAIMS_APART_S),
            Loop("robots", services.robots.round, asyncio.Event(), ROBOTS_EVERY_S),
            Loop("recalls", services.recalls.run_due, asyncio.Event(), RECALLS_EVERY_S),
            Loop("digests", services.rounds.run_due, asyncio.Event(), STORMS_EVERY_S),
            Loop("storms", services.storms.run_due, asyncio.Event(), STORMS_EVERY_S),
            Loop("bounces", services.bounces.read, asyncio.Event(), BOUNCES_EVERY_S),
            Loop("escalations", services.escalations.run_due, asyncio.Event(), POLL_S),
            Loop(
                "cards",
                lambda: services.decided.run_due(_piece(heartbeats, "cards")),
                cards,
                POLL_S,
                CARDS_APART_S,
            ),
        ]
    if Part.TIMERS in parts:
        timers, imports = asyncio.Event(), asyncio.Event()
        wakes |= {"timers": [timers], "imports": [imports]}
        loops += [
            Loop("timers", lambda: services.deadlines.run_due(_piece(heartbeats, "timers")), timers, POLL_S),
            Loop(
                "imports",
                lambda: services.importing.run_due(_piece(heartbeats, "imports")),
                imports,
                5 * POLL_S,
            ),
            Loop("unreachable", services.unreachable.tell, asyncio.Event(), UNREACHABLE_EVERY_S),
            Loop(
                "upkeep",
                lambda: _look_after(services, _piece(heartbeats, "upkeep", 3600)),
                asyncio.Event(),
                3600,
            ),
            Loop("rates", lambda: _drop_old_uses(services), asyncio.Event(), 60),
        ]
    if Part.AUDITOR in parts:
        piece = _piece(heartbeats, "auditor", AUDIT_EVERY_S)
        loops.append(
            Loop("auditor", lambda: services.auditing.run_round(piece), asyncio.Event(), AUDIT_EVERY_S)
        )
    return loops, wakes


def _piece(heartbeats: Heartbeats, name: str, period_s: float = POLL_S) -> Callable[[], None]:
    """A long round says after each piece of work that it goes on."""
    return lambda: heartbeats.beat(name, period_s)


@asynccontextmanager
async def listening(settings: Settings, app: web.Application) -> AsyncIterator[web.AppRunner]:
    """The web server for the length of a `with`. Raises OSError when the port is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S, **SERVER)
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


async def _say_whether_audit_is_safe(services: Services) -> None:
    who = await standing(services.db)
    if who.may_change_audit:
        log.warning("audit_could_be_changed", login=who.login, advice=ADVICE)


def _say_which_texts_are_broken(services: Services) -> None:
    """A message that cannot be rendered reaches nobody: better known in the morning than at night."""
    for sample in services.preview.broken((DEFAULT_LANGUAGE, SOURCE_LANGUAGE)):
        log.error("text_broken", kind=sample.kind, language=sample.language, why=sample.detail)


async def _notify(services: Services, on_done: asyncio.Event) -> None:
    """Begin with what is due. While a morning's timers catch up here, what does not press leaves them room."""
    await services.dispatcher.start_due(on_done, may_wait=lambda: services.deadlines.catches_up)


async def _refresh_clock(services: Services) -> None:
    """The business clock may have been moved, the calendar changed."""
    async with services.db.connection() as connection:
        await business_time.refresh(connection, services.business)
    await follow_changes(services.db, services.days)


async def _look_after(services: Services, progress: Callable[[], None]) -> None:
    real = services.clocks.real
    await upkeep.look_after(services.db, real.now())
    if packed := await upkeep.pack_finished_months(services.db, real.now(), progress):
        log.info("months_packed", partitions=packed)
    if forgotten := await services.pages.files.sweep():
        log.info("unused_files_forgotten", count=forgotten)


async def _drop_old_uses(services: Services) -> None:
    await rates.look_after(services.db, services.clocks.real.now())
