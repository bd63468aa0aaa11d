"""The one path that the gateways of both clouds have here: headers say whose call it is, and which action."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


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
