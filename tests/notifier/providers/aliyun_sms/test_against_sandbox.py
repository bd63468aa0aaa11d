"""The channel against the stand-in of the provider, whose checks are written by another hand."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.app import WORLD, Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.reports import Report
from notifier.channel import Accepted, Account, Replacement, SendFailed, Verdict
from notifier.providers.aliyun_sms.channel import AliyunSmsChannel
from notifier.providers.aliyun_sms.client import AliyunClient
from tests.support.channel_contents import content
from tests.support.sandbox import FakeTime
from tests.support.sms import KEY_SECRET, NUMBER, SIGN, played_account, sms_account


@dataclass
class Road:
    """The channel, its account, and what the stand-in has."""

    channel: AliyunSmsChannel
    account: Account
    sandbox: TestClient[web.Request, web.Application]
    time: FakeTime

    async def send(self, address: str = NUMBER, **changes: Any) -> Accepted:
        payload = self.channel.compose(content(**changes), address, self.account)
        return await self.channel.send(payload, address, self.account)

    async def fails(self, **faults: Any) -> SendFailed:
        await self.sandbox.post("/sandbox/faults", json={"sms": faults})
        with pytest.raises(SendFailed) as caught:
            await self.send()
        return caught.value

    async def taken(self) -> list[dict[str, Any]]:
        async with self.sandbox.get("/sandbox/state") as response:
            found: list[dict[str, Any]] = (await response.json())["sms"]
            return found


@pytest.fixture
async def road() -> AsyncIterator[Road]:
    time = FakeTime()
    config = SandboxConfig.model_validate({"corps": [], "sms_accounts": [played_account()]})
    app = build_app(config, Surroundings(time.now, time.monotonic, random.Random(7)))
    async with TestClient(TestServer(app)) as sandbox, aiohttp.ClientSession() as http:
        account = sms_account(str(sandbox.make_url("")).rstrip("/"))
        client = AliyunClient(http, time, total_s=2)
        yield Road(AliyunSmsChannel(http, time, client), account, sandbox, time)


async def test_signed_call_is_taken_and_its_receipt_number_kept(road: Road) -> None:
    accepted = await road.send(f"+86{NUMBER}", level="红色：特急", short="CT-3 停机")
    (sms,) = await road.taken()
    assert sms["biz_id"] == accepted.provider_id
    assert (sms["number"], sms["out_id"]) == (NUMBER, "m-42@wecom")
    assert sms["text"] == f"【{SIGN}】红色：特急：CT-3 停机，工单R-2026-000017，请登录平台处理。"


async def test_wrong_secret_is_the_accounts_fault_and_told_without_it(road: Road) -> None:
    wrong = "sandbox-another-secret"
    road.account = replace(road.account, secrets={"access_key_secret": wrong})
    failed = await road.fails()
    assert (failed.verdict, failed.code) == (Verdict.CONFIGURATION, "SignatureDoesNotMatch")
    assert wrong not in str(failed)


async def test_clock_that_is_wrong_is_named(road: Road) -> None:
    payload = road.channel.compose(content(), NUMBER, road.account)
    ahead = FakeTime()
    ahead.advance(16 * 60)
    async with aiohttp.ClientSession() as http:
        with pytest.raises(SendFailed) as caught:
            await AliyunSmsChannel(http, ahead).send(payload, NUMBER, road.account)
    assert caught.value.code == "InvalidTimeStamp.Expired"


async def test_fifty_first_notice_of_a_day_goes_another_way(road: Road) -> None:
    for _ in range(50):
        await road.send()
    failed = await road.fails()
    assert (failed.verdict, failed.code) == (Verdict.RATE, "isv.BUSINESS_LIMIT_CONTROL")
    road.time.advance(86_400)
    await road.send()


async def test_lost_answer_may_have_been_delivered_and_waits_for_the_report(road: Road) -> None:
    failed = await road.fails(accept_then_drop_connection=1)
    assert failed.maybe_delivered
    assert (failed.verdict, failed.retry_after_s) == (Verdict.TEMPORARY, 60)
    assert len(await road.taken()) == 1


async def test_slow_answer_is_not_waited_for(road: Road) -> None:
    failed = await road.fails(delay_s=30)
    assert (failed.code, failed.maybe_delivered) == ("no-answer", True)


async def test_provider_that_cannot_be_reached_was_sent_nothing(road: Road) -> None:
    await road.sandbox.server.close()
    with pytest.raises(SendFailed) as caught:
        await road.send()
    assert (caught.value.code, caught.value.maybe_delivered) == ("connect", False)


async def test_error_page_of_a_proxy_is_tried_again(road: Road) -> None:
    failed = await road.fails(unavailable=True)
    assert (failed.verdict, failed.code) == (Verdict.TEMPORARY, "http-502")


async def test_code_that_nobody_knows_is_kept(road: Road) -> None:
    failed = await road.fails(code="isv.BRAND_NEW", words="原因", code_times=1)
    assert (failed.code, failed.verdict) == ("isv.BRAND_NEW", Verdict.PERMANENT)
    await road.send()


@pytest.mark.parametrize("address", ["", "12345", "02588888888", "19900000001,19900000002", "+8529000000"])
async def test_what_is_no_mobile_number_is_refused_for_good(road: Road, address: str) -> None:
    with pytest.raises(SendFailed) as caught:
        await road.send(address)
    assert caught.value.verdict is Verdict.PERMANENT
    assert await road.taken() == []


async def test_settings_are_told_by_name_without_their_values(road: Road) -> None:
    road.account = replace(road.account, settings={"sign_name": SIGN}, secrets={"access_key_secret": ""})
    with pytest.raises(SendFailed) as caught:
        await road.send()
    assert caught.value.verdict is Verdict.CONFIGURATION
    assert "access_key" in caught.value.detail
    assert KEY_SECRET not in repr(road.account)


async def test_sms_cannot_be_taken_back(road: Road) -> None:
    with pytest.raises(SendFailed):
        await road.channel.update("x", NUMBER, road.account, Replacement("done"))


async def found(road: Road) -> Accepted | None:
    payload = road.channel.compose(content(), NUMBER, road.account)
    since = road.time.now() - timedelta(minutes=2)
    return await road.channel.find(payload, NUMBER, road.account, since)


async def test_provider_is_asked_for_the_sms_of_a_lost_answer_by_our_id(road: Road) -> None:
    assert await found(road) is None
    await road.send(unique_id="y7-1")
    assert await found(road) is None, "that was another one"
    await road.fails(accept_then_drop_connection=1)
    accepted = await found(road)
    assert accepted is not None
    assert accepted.parts == 1


async def test_sms_is_found_among_those_of_a_whole_day(road: Road) -> None:
    await road.fails(accept_then_drop_connection=1)
    for number in range(49):
        await road.send(unique_id=f"y{number}-1")
    assert await found(road) is not None


async def test_provider_that_does_not_answer_leaves_it_open(road: Road) -> None:
    await road.sandbox.post("/sandbox/faults", json={"sms": {"unavailable": True}})
    with pytest.raises(SendFailed) as caught:
        await found(road)
    assert caught.value.verdict is Verdict.TEMPORARY


async def test_sms_that_the_provider_knows_not_to_have_arrived_goes_another_way(road: Road) -> None:
    await road.fails(accept_then_drop_connection=1, undelivered=[NUMBER], undelivered_code="IS_CLOSED")
    for sms in road.sandbox.app[WORLD].sms.messages:
        sms.report = Report({"report_time": ""})
    with pytest.raises(SendFailed) as caught:
        await found(road)
    assert (caught.value.verdict, caught.value.code) == (Verdict.PERMANENT, "IS_CLOSED")
