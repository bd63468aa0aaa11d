"""The HTTP face of the WeCom API: /cgi-bin/… as qyapi.weixin.qq.com offers it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox import address_book
from bot.sandbox.api_models import agentid_of
from bot.sandbox.errors import (
    BAD_CORPID,
    BAD_ENCODING,
    BAD_JSON,
    BAD_SECRET,
    FOREIGN_AGENT,
    IP_NOT_TRUSTED,
    TOO_OFTEN,
    WeComError,
)
from bot.sandbox.media import upload
from bot.sandbox.oauth import STRANGER
from bot.sandbox.sending import Answer, send
from bot.sandbox.updating import recall, update
from bot.sandbox.world import AppState, World

Operation = Callable[[World, AppState, dict[str, Any]], Answer]
WITH_AGENTID = frozenset({"message/send", "update_template_card"})


class WeComApi:
    """Handlers of one world's API."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All paths that the sandbox plays."""
        return [
            web.get("/cgi-bin/gettoken", self._gettoken),
            web.get("/cgi-bin/auth/getuserinfo", self._user_info),
            web.get("/cgi-bin/department/simplelist", self._departments),
            web.get("/cgi-bin/user/simplelist", self._members),
            web.post("/cgi-bin/user/list_id", self._ids),
            web.post("/cgi-bin/message/send", self._send),
            web.post("/cgi-bin/message/update_template_card", self._update),
            web.post("/cgi-bin/message/recall", self._recall),
            web.post("/cgi-bin/webhook/send", self._robot),
            web.post("/cgi-bin/media/upload", self._upload),
        ]

    async def _gettoken(self, request: web.Request) -> web.Response:
        await self._misbehave()
        try:
            return web.json_response(self._token(request))
        except WeComError as error:
            return web.json_response(_refusal(request, error))

    async def _user_info(self, request: web.Request) -> web.Response:
        async def whose(state: AppState) -> Answer:
            userid = self._world.codes.use(state.key, request.query.get("code", ""))
            who = {"openid": "o-nobody-here"} if userid == STRANGER else {"userid": userid}
            return {"errcode": 0, "errmsg": "ok", **who}

        return await self._read(request, "auth/getuserinfo", whose)

    async def _departments(self, request: web.Request) -> web.Response:
        async def all_of(state: AppState) -> Answer:
            return address_book.departments(state)

        return await self._read(request, "department/simplelist", all_of)

    async def _members(self, request: web.Request) -> web.Response:
        async def of_one(state: AppState) -> Answer:
            return address_book.members(state, request)

        return await self._read(request, "user/simplelist", of_one)

    async def _ids(self, request: web.Request) -> web.Response:
        return await self._read(request, "user/list_id", lambda state: address_book.ids(state, request))

    async def _read(
        self, request: web.Request, api: str, operation: Callable[[AppState], Awaitable[Answer]]
    ) -> web.Response:
        await self._misbehave()
        try:
            return web.json_response(await operation(self._admit(request, api)))
        except WeComError as error:
            return web.json_response(_refusal(request, error))

    async def _send(self, request: web.Request) -> web.Response:
        answer = await self._answer(request, "message/send", _send_or_fault)
        if answer["errcode"] == 0 and self._world.faults.use_drop() and request.transport:
            request.transport.abort()
        return web.json_response(answer)

    async def _update(self, request: web.Request) -> web.Response:
        return web.json_response(await self._answer(request, "update_template_card", update))

    async def _recall(self, request: web.Request) -> web.Response:
        return web.json_response(await self._answer(request, "recall", recall))

    async def _upload(self, request: web.Request) -> web.Response:
        async def taken(state: AppState) -> Answer:
            return await upload(self._world, state, request)

        return await self._read(request, "media/upload", taken)

    async def _robot(self, request: web.Request) -> web.Response:
        """A group robot: known by the key in the address, without a token."""
        await self._misbehave()
        try:
            _do_as_ordered(self._world)
            self._world.robots.say(request.query.get("key", ""), await request.read())
        except WeComError as error:
            return web.json_response(_refusal(request, error))
        if self._world.faults.use_drop() and request.transport:
            request.transport.abort()
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _answer(self, request: web.Request, api: str, operation: Operation) -> Answer:
        await self._misbehave()
        try:
            state = self._admit(request, api)
            data = _parse(await request.read())
            if api in WITH_AGENTID:
                _check_agent(state, data)
            return operation(self._world, state, data)
        except WeComError as error:
            return _refusal(request, error)

    async def _misbehave(self) -> None:
        faults = self._world.faults.wecom
        if faults.delay_s:
            await asyncio.sleep(faults.delay_s)
        if faults.unavailable:
            raise web.HTTPBadGateway(text="<html><body>502 Bad Gateway</body></html>")

    def _token(self, request: web.Request) -> Answer:
        corpid, secret = request.query.get("corpid"), request.query.get("corpsecret")
        apps = [state for state in self._world.apps.values() if state.corp.corpid == corpid]
        if not apps:
            raise WeComError(BAD_CORPID)
        for state in apps:
            if state.app.secret == secret:
                word, left = self._world.tokens.issue(state.key)
                return {"errcode": 0, "errmsg": "ok", "access_token": word, "expires_in": left}
        raise WeComError(BAD_SECRET)

    def _admit(self, request: web.Request, api: str) -> AppState:
        key = self._world.tokens.app_of(request.query.get("access_token"))
        state = self._world.apps[key]
        trusted = state.app.trusted_ips
        outside = trusted is not None and request.remote not in trusted
        if self._world.faults.wecom.ip_block or outside:
            raise WeComError(IP_NOT_TRUSTED)
        if not self._world.corp_window(state.corp.corpid, api).admit():
            raise WeComError(TOO_OFTEN)
        return state


def _send_or_fault(world: World, state: AppState, data: dict[str, Any]) -> Answer:
    _do_as_ordered(world)
    return send(world, state, data)


def _do_as_ordered(world: World) -> None:
    ordered = world.faults.use_errcode()
    if ordered is not None:
        raise WeComError(ordered)


def _check_agent(state: AppState, data: dict[str, Any]) -> None:
    if agentid_of(data) != state.app.agentid:
        raise WeComError(FOREIGN_AGENT)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode())
    except UnicodeDecodeError as error:
        raise WeComError(BAD_ENCODING) from error
    except (ValueError, RecursionError) as error:
        raise WeComError(BAD_JSON) from error
    if not isinstance(data, dict):
        raise WeComError(BAD_JSON, "not an object")
    return data


def _refusal(request: web.Request, error: WeComError) -> Answer:
    return {"errcode": error.errcode, "errmsg": error.errmsg(request.remote or "")}
