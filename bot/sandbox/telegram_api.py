"""The HTTP face of the Bot API: /bot<token>/<method>, as api.telegram.org offers it."""

import asyncio
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.sandbox.telegram_errors import BotApiError, bad_request, too_many
from bot.sandbox.telegram_methods import METHODS
from bot.sandbox.telegram_world import BotState
from bot.sandbox.world import World

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_METHODS = {name.lower(): method for name, method in METHODS.items()}


class TelegramApi:
    """Handlers of one world's bots."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All paths that the sandbox plays."""
        path = "/bot{token}/{method}"
        return [web.get(path, self._call, allow_head=False), web.post(path, self._call)]

    async def _call(self, request: web.Request) -> web.Response:
        await self._misbehave()
        try:
            result = await self._result(request)
        except BotApiError as error:
            return web.json_response(error.answer(), status=error.code)
        if self._world.faults.use_telegram_drop() and request.transport:
            request.transport.abort()
        return web.json_response({"ok": True, "result": result})

    async def _misbehave(self) -> None:
        faults = self._world.faults.telegram
        if faults.delay_s:
            await asyncio.sleep(faults.delay_s)
        if faults.unavailable:
            raise web.HTTPBadGateway(text="<html><body>502 Bad Gateway</body></html>")

    async def _result(self, request: web.Request) -> Any:
        state = self._bot(request.match_info["token"])
        method = _METHODS.get(request.match_info["method"].lower())
        if method is None:
            raise BotApiError(HTTPStatus.NOT_FOUND, "Not Found")
        wait = self._world.faults.use_flood()
        if wait is not None:
            raise too_many(wait)
        return method(self._world, state, await _fields(request))

    def _bot(self, token: str) -> BotState:
        if not _TOKEN.fullmatch(token):
            raise BotApiError(HTTPStatus.NOT_FOUND, "Not Found")
        state = self._world.telegram.by_token(token)
        if state is None:
            raise BotApiError(HTTPStatus.UNAUTHORIZED, "Unauthorized")
        return state


async def _fields(request: web.Request) -> Mapping[str, Any]:
    """From the query, a form, or JSON."""
    if request.content_type != "application/json":
        form = await request.post()
        return {**request.query, **{name: str(value) for name, value in form.items()}}
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise bad_request("can't parse JSON")
    return body
