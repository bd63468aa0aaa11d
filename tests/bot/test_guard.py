"""Every route of the whole service has a limit or a reason to have none, and callbacks keep theirs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import guard
from bot.catalogues import Catalogues
from bot.guard import LIMITED, SERVER, UNLIMITED
from bot.health import Health
from bot.loops import Heartbeats
from bot.services import build_services
from bot.settings import load_settings
from bot.web import build_web
from h5_pages.pipeline import For
from h5_pages.routes import ROUTES
from storage.clock import RealClock
from storage.database import Database
from storage.rates import Limits, Rate
from storage.sealing import MasterKey, new_master_key
from tests.support.clocks import FixedClock
from tests.support.gate import gate_to
from tests.support.pages import running_pages

SMS = "/webhooks/aliyun-sms/{account}/{token}"


async def test_every_route_of_the_service_has_a_limit_or_a_reason_to_have_none(
    database_url: str, tmp_path: Path
) -> None:
    settings, key = load_settings(data_dir=tmp_path), MasterKey(new_master_key())
    async with build_services(settings, database_url, key, Catalogues.load()) as services:
        health = Health(services.db, Heartbeats(), RealClock(), services.business)
        app = build_web(services, health)
        known = {r.path.replace(":.*}", "}") for r in ROUTES} | LIMITED | set(UNLIMITED)
        assert sorted({r.canonical for r in app.router.resources()} - known) == []


async def test_every_page_for_anybody_is_limited_for_each_address(database_url: str, tmp_path: Path) -> None:
    once = Rate(1, 60)
    settings = {"trusted_proxy_hops": 1, "view_rate": once, "sign_in_rate": once}
    async with running_pages(database_url, tmp_path, None, **settings) as pages:
        visitor = await pages.visitor()
        public = [route for route in ROUTES if route.access is For.ANYBODY]
        for number, route in enumerate(public):
            address = {"X-Forwarded-For": f"198.51.100.{number}"}
            path = route.path.replace("{tail:.*}", "nowhere").replace("{token}", f"t{number}")
            path = path.replace("{key}", f"k{number}")
            send = visitor.client.get if route.method != "POST" else visitor.client.post
            answers = [await send(path, headers=address, allow_redirects=False) for _ in range(2)]
            assert [answer.status == 429 for answer in answers] == [False, True], (route.method, route.path)
            assert int(answers[1].headers["Retry-After"]) >= 60
            assert "<html lang=" in await answers[1].text()
    assert len(public) > 10


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


Call = Callable[..., Awaitable[int]]


@pytest.fixture
async def call(database_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Call]:
    """Calls a callback, which takes half a second for `/slow`."""
    monkeypatch.setattr(guard, "CALLBACK_RATE", Rate(3, 60))
    async with Database.open(database_url) as db, _client(db, clock) as client:

        async def send(account: str = "a", address: str = "198.51.100.1", **more: str) -> int:
            headers = {"X-Forwarded-For": address, **more}
            async with client.post(f"/webhooks/aliyun-sms/{account}/t", headers=headers, data=b"x") as answer:
                return answer.status

        yield send


def _client(db: Database, clock: FixedClock) -> TestClient[web.Request, web.Application]:
    async def handle(request: web.Request) -> web.Response:
        await asyncio.sleep(0.5 if request.match_info["account"] == "slow" else 0)
        return web.Response()

    app = web.Application(middlewares=[guard.guard(Limits(db, clock), 1, within_s=0.1)])
    app.router.add_post(SMS, handle)
    return TestClient(TestServer(app))


async def test_a_callback_that_comes_too_often_is_told_to_wait_and_others_are_not(
    call: Call, clock: FixedClock
) -> None:
    assert [await call() for _ in range(4)] == [200, 200, 200, 429]
    assert await call(account="b") == 200
    assert await call(address="198.51.100.2") == 200
    clock.forward(timedelta(seconds=65))
    assert await call() == 200


async def test_a_callback_that_takes_too_long_is_given_up(call: Call) -> None:
    assert await call(account="slow") == 408


async def test_a_packed_callback_is_refused(call: Call) -> None:
    assert await call(**{"Content-Encoding": "gzip"}) == 415


async def test_a_callback_while_the_database_is_away_is_not_acknowledged(
    database_url: str, clock: FixedClock
) -> None:
    async with (
        gate_to(database_url) as gate,
        Database.open(gate.dsn, acquire_timeout_s=0.5) as db,
        _client(db, clock) as client,
    ):
        await gate.shut()
        assert (await client.post("/webhooks/aliyun-sms/a/t")).status == 503


def test_the_server_unpacks_nothing_and_waits_for_nobody_for_ever() -> None:
    assert SERVER["auto_decompress"] is False
    assert SERVER["keepalive_timeout"] <= 75
