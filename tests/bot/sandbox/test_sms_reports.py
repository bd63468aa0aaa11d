"""Reports of the SMS stand-in: what they say, and how often they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.sandbox import Sandbox, config_entry, sandbox
from tests.support.sms import NUMBER, played_account, send_sms

RIGHT = {"code": 0, "msg": "接收成功"}


class Door:
    """The service's address: gives the answers one by one, then the right one."""

    def __init__(self, *answers: web.Response) -> None:
        self.answers = list(answers)
        self.pushed: list[list[dict[str, Any]]] = []
        self.taken = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        self.pushed.append(await request.json())
        if self.answers:
            return self.answers.pop(0)
        self.taken.set()
        return web.json_response(RIGHT)


class Naps:
    """Sleeping that takes no time, and how long it would have taken."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def reporting(door: Door, naps: Naps) -> AsyncIterator[Sandbox]:
    app = web.Application()
    app.router.add_post("/reports", door.take)
    async with TestServer(app) as server:
        account = played_account(str(server.make_url("/reports")))
        async with sandbox(config_entry(sms_accounts=[account]), sleep=naps.sleep) as box:
            yield box


async def reports(box: Sandbox) -> list[dict[str, Any]]:
    return [sms["report"] for sms in (await box.get("/sandbox/state"))["sms"]]


async def test_report_repeats_what_the_sms_was_known_by() -> None:
    door = Door()
    async with reporting(door, Naps()) as box:
        accepted = await send_sms(box)
        await asyncio.wait_for(door.taken.wait(), 10)
    ((entry,),) = door.pushed
    assert entry["biz_id"] == accepted.provider_id
    assert (entry["out_id"], entry["phone_number"]) == ("m-42@wecom", NUMBER)
    assert (entry["success"], entry["err_code"]) == (True, "DELIVERED")
    assert entry["report_time"] == "2026-03-02 09:00:00", "China's time"


async def test_report_comes_again_until_the_right_answer() -> None:
    wrong = [web.Response(status=503), web.Response(text="ok"), web.json_response({"code": 1})]
    door, naps = Door(*wrong), Naps()
    async with reporting(door, naps) as box:
        await send_sms(box)
        await asyncio.wait_for(door.taken.wait(), 10)
    assert len(door.pushed) == 4
    assert naps.taken == [1.5, 60, 300, 600]


async def test_report_that_nobody_takes_is_given_up_after_the_last_repeat() -> None:
    door, naps = Door(*(web.Response(status=500) for _ in range(9))), Naps()
    async with reporting(door, naps) as box:
        await send_sms(box)
        async with asyncio.timeout(10):
            while not (found := await reports(box))[0] or found[0]["outcome"] == "pending":
                continue
    assert found[0]["outcome"] == "failed"
    assert [attempt["status"] for attempt in found[0]["attempts"]] == [500] * 4


async def test_number_that_is_out_of_reach_is_reported_as_such() -> None:
    door = Door()
    async with reporting(door, Naps()) as box:
        await box.faults(sms={"undelivered": [NUMBER], "undelivered_code": "IS_CLOSED"})
        await send_sms(box)
        await asyncio.wait_for(door.taken.wait(), 10)
    ((entry,),) = door.pushed
    assert (entry["success"], entry["err_code"]) == (False, "IS_CLOSED")


async def test_no_report_is_pushed_where_none_is_wanted() -> None:
    door = Door()
    async with reporting(door, Naps()) as box:
        await box.faults(sms={"no_reports": True})
        await send_sms(box)
        assert await reports(box) == [None]
    assert door.pushed == []
