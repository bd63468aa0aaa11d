"""The least of WeCom, as one process: gives a token, takes every message and says its id.

Writes its port down, and ends with its standard input.
"""

import asyncio
import itertools
import sys

import uvloop
from aiohttp import web

TOKEN = "t" * 214
IDS = itertools.count(1)


async def _token(_: web.Request) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": TOKEN, "expires_in": 7200})


async def _send(request: web.Request) -> web.Response:
    if request.query.get("access_token") != TOKEN:
        return web.json_response({"errcode": 40014, "errmsg": "invalid access_token"})
    await request.json()
    taken = {"errcode": 0, "errmsg": "ok", "invaliduser": "", "unlicenseduser": ""}
    return web.json_response({**taken, "msgid": f"m{next(IDS)}", "response_code": "c" * 43})


async def main() -> None:
    """Until the end of the input."""
    app = web.Application()
    app.router.add_get("/cgi-bin/gettoken", _token)
    app.router.add_post("/cgi-bin/message/send", _send)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    await runner.cleanup()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as run:
        run.run(main())
