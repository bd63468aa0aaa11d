"""A group robot's stand-in: it verifies time and signature as DingTalk says, and keeps what was written."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN, SECRET = "made-up-token-of-a-group", "SECmade-up-secret-that-signs"
HOUR_MS = 3_600_000


@dataclass
class Robot:
    """What the group has read, and where the robot is reached."""

    url: str = ""
    said: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("access_token") != TOKEN:
            return web.json_response({"errcode": 300005, "errmsg": "token is not exist"})
        at, now = int(query["timestamp"]), datetime.now(UTC).timestamp() * 1000
        mac = hmac.new(SECRET.encode(), f"{at}\n{SECRET}".encode(), hashlib.sha256).digest()
        if abs(now - at) > HOUR_MS or query.get("sign") != base64.b64encode(mac).decode():
            return web.json_response({"errcode": 310000, "errmsg": "sign not match"})
        self.said.append(await request.json())
        return web.json_response({"errcode": 0, "errmsg": "ok"})


@asynccontextmanager
async def robot() -> AsyncIterator[Robot]:
    app, made = web.Application(), Robot()
    app.router.add_post("/robot/send", made.take)
    async with TestServer(app) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made
