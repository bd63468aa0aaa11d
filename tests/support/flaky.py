"""A way to a provider on which a share of the requests fails: half of them before they arrive, half after."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

SHARE = 0.1


@asynccontextmanager
async def flaky_way(target: str, rng: random.Random, share: float = SHARE) -> AsyncIterator[str]:
    """The address of the way; whatever is asked there is asked at `target`."""
    async with aiohttp.ClientSession(auto_decompress=False) as http:

        async def forward(request: web.Request) -> web.StreamResponse:
            chance = rng.random()
            if chance < share / 2:
                raise web.HTTPServiceUnavailable
            url, body = target + request.raw_path, await request.read()
            # With the name that was asked for: it may be part of a signature.
            async with http.request(request.method, url, headers=request.headers, data=body) as answer:
                body = await answer.read()
            if chance < share and request.transport is not None:
                request.transport.abort()
            passed = {name: answer.headers[name] for name in ("Content-Type",) if name in answer.headers}
            return web.Response(status=answer.status, body=body, headers=passed)

        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{rest:.*}", forward)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
