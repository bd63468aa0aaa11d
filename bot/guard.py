"""What a request passes before any door that is not a page: how often, how long, and not packed."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from h5_pages.limits import subscriber
from h5_pages.security import client_address
from storage.database import DatabaseAway
from storage.rates import Limits, Rate, Use

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CALLBACK_RATE = Rate(6000, 60)
"""For each account and address: far more than a provider sends when a whole hospital presses at once."""
CALLBACK_WITHIN_S = 15.0
LIMITED = frozenset(
    {
        "/wecom/{account}",
        "/telegram/{account}",
        "/webhooks/aliyun-sms/{account}/{token}",
        "/webhooks/aliyun-voice/{account}/{token}",
        "/webhooks/tencent-sms/{account}/{token}",
        "/webhooks/tencent-voice/{account}/{token}",
    }
)
"""Callbacks of providers. Pages have their limits in their table of routes."""
UNLIMITED = {
    "/static/{name}": "files from memory, kept for ever by browsers",
    "/healthz": "asked by the supervisor; must answer when nothing else does; not passed on by the proxy",
    "/readyz": "the same",
    "/metrics": "the same",
}

# A browser sends a request line and headers at once: a connection whose next request is not there within the
# keep-alive time is closed, however slowly bytes trickle in. Nothing unpacks what came packed.
SERVER: dict[str, Any] = {
    "keepalive_timeout": 75.0,
    "lingering_time": 5.0,
    "max_line_size": 8190,
    "max_field_size": 8190,
    "max_headers": 100,
    "auto_decompress": False,
}

log = structlog.get_logger()


def guard(limits: Limits, trusted_proxy_hops: int, within_s: float = CALLBACK_WITHIN_S) -> Middleware:
    """The middleware that keeps callbacks within their limits, and packed bodies out of everything."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_packed(request):
            return web.Response(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        resource = request.match_info.route.resource
        if resource is None or resource.canonical not in LIMITED:
            return await handler(request)
        kind = resource.canonical.split("/")[1]
        address = subscriber(client_address(request, trusted_proxy_hops))
        try:
            wait = await limits.wait(Use(CALLBACK_RATE, f"{kind} {request.match_info['account']} {address}"))
            if wait is None:
                async with asyncio.timeout(within_s):
                    return await handler(request)
        except TimeoutError:
            return web.Response(status=HTTPStatus.REQUEST_TIMEOUT)
        except DatabaseAway:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        log.warning("callback_too_often", channel=kind)
        return web.Response(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(wait)})

    return check


def is_packed(request: web.Request) -> bool:
    """Does the request bring a compressed body? Neither browsers nor providers send one."""
    return request.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower() != "identity"
