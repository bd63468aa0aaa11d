"""The sandbox as a program: its HTTP and SMTP servers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.app import WORLD, Surroundings, build_app
from bot.sandbox.config import SandboxConfig, is_loopback
from bot.sandbox.errors import BindRefusedError
from bot.sandbox.mailserver import mail_server
from bot.sandbox.pop3 import mailboxes


@dataclass(frozen=True)
class Addresses:
    """Where the sandbox listens; `http` is also the WeCom API's base URL."""

    http: str
    smtp_host: str
    smtp_port: int
    pop3_port: int = 0


@asynccontextmanager
async def running(
    config: SandboxConfig,
    host: str,
    http_port: int,
    smtp_port: int,
    around: Surroundings,
    *,
    allow_remote: bool = False,
) -> AsyncIterator[Addresses]:
    """Both servers for the length of a `with`; port 0 takes a free one.

    Raises `BindRefusedError` for a host beyond loopback unless `allow_remote` is set, and
    OSError when a port is taken.
    """
    if not (allow_remote or is_loopback(host)):
        raise BindRefusedError(f"{host} can be reached from other machines; allow_remote is not set")
    app = build_app(config, around)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, http_port).start()
        async with (
            mail_server(app[WORLD], host, smtp_port) as mail_port,
            mailboxes(app[WORLD], host, 0) as boxes,
        ):
            name = f"[{host}]" if ":" in host else host
            yield Addresses(f"http://{name}:{runner.addresses[0][1]}", host, mail_port, boxes)
    finally:
        await runner.cleanup()


async def serve(
    config: SandboxConfig,
    host: str,
    http_port: int,
    smtp_port: int,
    around: Surroundings,
    *,
    until: Callable[[Addresses], Awaitable[object]],
    allow_remote: bool = False,
) -> None:
    """Play the outside world until `until`, which hears where it is, has ended.

    Raises as `running` does.
    """
    place = running(config, host, http_port, smtp_port, around, allow_remote=allow_remote)
    async with place as addresses:
        await until(addresses)
