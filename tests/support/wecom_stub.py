"""The least of WeCom that a client's own behaviour needs: withdrawn tokens and scripted answers."""

import asyncio
from typing import Any

from aiohttp import web

from tests.support.channel_contents import SECRET

OK = {"errcode": 0, "errmsg": "ok", "msgid": "msg-1", "response_code": "rc-1"}


class WeComStub:
    """`answers` are given one by one, then OK; `hang` lets a request wait until `release` is set."""

    def __init__(self) -> None:
        self.token_requests = 0
        self.good_token = ""
        self.lifetime_s = 7200
        self.bodies: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any] | web.Response] = []
        self.token_answers: list[dict[str, Any] | web.Response] = []
        self.hang = False
        self.release = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/cgi-bin/gettoken", self._token)
        app.router.add_post("/cgi-bin/{tail:.*}", self._call)
        return app

    async def _token(self, request: web.Request) -> web.Response:
        assert request.query["corpsecret"] == SECRET
        self.token_requests += 1
        # Gives way, so that requests at one moment really overlap.
        await asyncio.sleep(0)
        if self.token_answers:
            return _response(self.token_answers.pop(0))
        self.good_token = f"token-{self.token_requests}"
        return web.json_response(
            {"errcode": 0, "errmsg": "ok", "access_token": self.good_token, "expires_in": self.lifetime_s}
        )

    async def _call(self, request: web.Request) -> web.Response:
        if request.query.get("access_token") != self.good_token:
            return web.json_response({"errcode": 40014, "errmsg": "invalid access_token"})
        raw = await request.read()
        self.bodies.append(await request.json())
        assert b"\\u" not in raw
        if self.hang:
            await self.release.wait()
        return _response(self.answers.pop(0) if self.answers else OK)


def _response(answer: dict[str, Any] | web.Response) -> web.Response:
    return answer if isinstance(answer, web.Response) else web.json_response(answer)
