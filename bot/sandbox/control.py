"""The JSON interface of the sandbox itself: faults, state, and the fingers of its people."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.sandbox.callbacks import CallbackSender, NoCallbackUrlError
from bot.sandbox.errors import PressError
from bot.sandbox.faults import FaultOrder
from bot.sandbox.inspection import callback_state, world_state
from bot.sandbox.phone import Phones, PressOrder, SayOrder
from bot.sandbox.world import Callback, World

M = TypeVar("M", bound=BaseModel)


class Control:
    """Handlers under /sandbox/."""

    def __init__(self, world: World, phones: Phones, sender: CallbackSender) -> None:
        self._world = world
        self._phones = phones
        self._sender = sender

    def routes(self) -> list[web.RouteDef]:
        """All paths of the interface."""
        return [
            web.get("/sandbox/state", self._state),
            web.get("/sandbox/version", self._version),
            web.get("/sandbox/faults", self._faults),
            web.post("/sandbox/faults", self._order_faults),
            web.post("/sandbox/press", self._press),
            web.post("/sandbox/say", self._say),
            web.get("/sandbox/verify/{corpid}/{agentid:\\d+}", self._verify),
        ]

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(world_state(self._world))

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"version": self._world.version})

    async def _faults(self, _: web.Request) -> web.Response:
        return web.json_response(self._world.faults.model_dump())

    async def _order_faults(self, request: web.Request) -> web.Response:
        order = await _body(request, FaultOrder)
        self._world.faults = order.applied_to(self._world.faults)
        if order.wecom.expire_token_now:
            self._world.tokens.expire_all()
        if order.wecom.invalidate_token_now:
            self._world.tokens.invalidate_all()
        self._world.touch()
        return await self._faults(request)

    async def _press(self, request: web.Request) -> web.Response:
        return await _outcome(self._phones.press, await _body(request, PressOrder))

    async def _say(self, request: web.Request) -> web.Response:
        return await _outcome(self._phones.say, await _body(request, SayOrder))

    async def _verify(self, request: web.Request) -> web.Response:
        key = (request.match_info["corpid"], int(request.match_info["agentid"]))
        if key not in self._world.apps:
            raise web.HTTPNotFound(text="no such app")
        try:
            passed, reason = await self._sender.verify(self._world.apps[key])
        except NoCallbackUrlError as error:
            passed, reason = False, str(error)
        return web.json_response({"ok": passed, "reason": reason})


async def _outcome(act: Callable[[M], Awaitable[Callback]], order: M) -> web.Response:
    try:
        return web.json_response(callback_state(await act(order)))
    except PressError as error:
        return web.json_response({"error": str(error)}, status=409)


async def _body(request: web.Request, model: type[M]) -> M:
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        text = error.json(include_url=False, include_context=False)
        raise web.HTTPBadRequest(text=text, content_type="application/json") from error
