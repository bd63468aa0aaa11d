"""Signs of life to the outside, since nobody dead raises an alarm: systemd's watchdog, and an address that is called.

The watchdog hears of us unless a loop hangs: a restart brings back no database that is away. The address hears of us
only while every loop completes its rounds, so that it also tells of a service that lives and can do nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
import structlog

from bot.health import STALE_AFTER_S
from bot.loops import Heartbeats
from bot.settings import Settings
from bot.systemd import Systemd

CALL_WITHIN_S = 10.0

log = structlog.get_logger()


@asynccontextmanager
async def pulse(settings: Settings, heartbeats: Heartbeats, systemd: Systemd) -> AsyncIterator[None]:
    """Give signs of life for the length of a `with`: ready at its begin, stopping at its end."""
    tasks = []
    if systemd.watchdog_s is not None:
        hung_after_s = STALE_AFTER_S + 2 * settings.send_within_s
        watchdog = feed(systemd, heartbeats, systemd.watchdog_s / 3, hung_after_s)
        tasks.append(asyncio.create_task(watchdog, name="watchdog"))
    if settings.heartbeat_url is not None:
        url = settings.heartbeat_url.get_secret_value()
        calls = call(url, heartbeats, settings.heartbeat_every_s)
        tasks.append(asyncio.create_task(calls, name="heartbeat"))
    systemd.tell("READY=1")
    try:
        yield
    finally:
        systemd.tell("STOPPING=1")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def feed(systemd: Systemd, heartbeats: Heartbeats, every_s: float, hung_after_s: float) -> None:
    """Feed the watchdog for ever, unless a loop hangs."""
    while True:
        hung = heartbeats.hung(hung_after_s)
        if hung:
            log.error("watchdog_not_fed", loops=hung)
        else:
            systemd.tell("WATCHDOG=1")
        await asyncio.sleep(every_s)


async def call(
    url: str, heartbeats: Heartbeats, every_s: float, stale_after_s: float = STALE_AFTER_S
) -> None:
    """Call the address for ever while no loop is late. It is a secret: whoever knows it can speak for us."""
    timeout = aiohttp.ClientTimeout(total=CALL_WITHIN_S)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        while True:
            late = heartbeats.stale(stale_after_s)
            if late:
                log.warning("heartbeat_withheld", loops=late)
            else:
                await _call_once(http, url)
            await asyncio.sleep(every_s)


async def _call_once(http: aiohttp.ClientSession, url: str) -> None:
    """What went wrong is told by its kind alone: the words of an error may hold the address."""
    try:
        async with http.get(url, allow_redirects=False) as response:
            if response.status >= HTTPStatus.MULTIPLE_CHOICES:
                log.warning("heartbeat_not_taken", status=response.status)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        log.warning("heartbeat_not_sent", reason=type(error).__name__)
