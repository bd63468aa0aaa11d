"""The one path that the gateways of both clouds have here: headers say whose call it is, and which action."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Trouble(Protocol):
    """What every service can be ordered to suffer from."""

    @property
    def delay_s(self) -> float: ...

    @property
    def unavailable(self) -> bool: ...


async def suffer(trouble: Trouble) -> None:
    """Be as slow as was ordered. Raises HTTPBadGateway while the service is away."""
    if trouble.delay_s:
        await asyncio.sleep(trouble.delay_s)
    if trouble.unavailable:
        raise web.HTTPBadGateway(text="<html><body>502 Bad Gateway</body></html>")


class CloudGate:
    """`aliyun` and `tencent` answer the actions named; any other one goes to the first of its cloud."""

    def __init__(self, aliyun: Mapping[str, Answer], tencent: Mapping[str, Answer]) -> None:
        self._clouds = {"x-acs-action": aliyun, "x-tc-action": tencent}

    def routes(self) -> list[web.RouteDef]:
        """The path."""
        return [web.post("/", self._call)]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        header = "x-tc-action" if "x-tc-action" in request.headers else "x-acs-action"
        actions = self._clouds[header]
        answer = actions.get(request.headers.get(header, ""), next(iter(actions.values())))
        return await answer(request)
