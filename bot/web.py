"""The service's web application: health, callbacks, pages, and one log line a request."""

import time
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.guard import guard
from bot.health import Health
from bot.metrics import Metrics
from bot.parts import ALL_PARTS, Part
from bot.services import Services
from h5_pages.app import add_pages
from storage.rates import Limits

BODY_BYTES = 100 * 1024 * 1024  # the outer limit; each door has its own, smaller one
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


def build_web(services: Services, health: Health, parts: AbstractSet[Part] = ALL_PARTS) -> web.Application:
    """The application with every front door that speaks HTTP; health alone where the pages run elsewhere."""
    limits = Limits(services.db, services.clocks.real)
    guarded = guard(limits, services.settings.trusted_proxy_hops)
    app = web.Application(client_max_size=BODY_BYTES, middlewares=[log_requests(health.counted), guarded])
    health.add_to(app)
    if Part.PAGES not in parts:
        return app
    services.wecom.add_to(app)
    services.telegram.add_to(app)
    services.sms_pushes.add_to(app)
    services.voice_reports.add_to(app)
    add_pages(app, services.pages)
    return app


def log_requests(counted: Metrics) -> Middleware:
    """The middleware that logs and counts each request by its route."""
    line = log.bind()  # made once, and not for every request

    @web.middleware
    async def log_request(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Never by its path: tokens of labels and follow-up links stand in it."""
        began = time.perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as error:
            status = error.status
            raise
        else:
            return response
        finally:
            resource = request.match_info.route.resource
            route = resource.canonical if resource else "none"
            counted.request(route, status, began)
            ms = round((time.perf_counter() - began) * 1000)
            line.info("request", method=request.method, route=route, status=status, ms=ms)

    return log_request
