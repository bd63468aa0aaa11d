"""What the device page is compared with, as one process: a constant, and the same template from data in memory.

Reads one line of JSON (the service's settings, path and cookie of the page), has the page made once, then serves
its bytes on one port and its rendering on another, and writes both ports down. Ends with its standard input.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from bot.catalogues import Catalogues
from bot.logs import configure_logs
from bot.services import build_services
from bot.settings import load_settings
from h5_pages.app import SITE, add_pages
from h5_pages.render import Renderer
from storage.sealing import MasterKey

Making = Callable[[], str]


async def main() -> None:
    """Until the end of the input."""
    given: Mapping[str, Any] = json.loads(sys.stdin.readline())
    make = await _captured(given["settings"], given["path"], given["cookie"])
    constant = make()

    async def static(_: web.Request) -> web.Response:
        return web.Response(text=constant, content_type="text/html")

    async def render(_: web.Request) -> web.Response:
        return web.Response(text=make(), content_type="text/html")

    async with _listening(static) as static_port, _listening(render) as render_port:
        sys.stdout.write(json.dumps({"static": static_port, "render": render_port}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)


async def _captured(settings: Mapping[str, Any], path: str, cookie: str) -> Making:
    """What makes the page's text again from the data that its view had got together."""
    seen: list[Making] = []
    original = Renderer.render

    def capture(renderer: Renderer, *of: Any) -> str:
        seen.append(lambda: original(renderer, *of))
        return original(renderer, *of)

    known = load_settings(**settings)
    key = MasterKey(settings["master_key"])
    async with build_services(known, settings["database_url"], key, Catalogues.load()) as services:
        app = web.Application()
        add_pages(app, services.pages)
        site = app[SITE]
        site.renderer.render = capture.__get__(site.renderer)  # type: ignore[method-assign]  # of this one alone
        async with _serving(app) as port, aiohttp.ClientSession(headers={"Cookie": cookie}) as http:
            (await http.get(f"http://127.0.0.1:{port}{path}")).raise_for_status()
    return seen[-1]


@asynccontextmanager
async def _listening(handler: Callable[[web.Request], Any]) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_get("/", handler)
    async with _serving(app) as port:
        yield port


@asynccontextmanager
async def _serving(app: web.Application) -> AsyncIterator[int]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    configure_logs("error", "json")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as run:
        run.run(main())
