"""The channel against the stand-in of the provider, whose checks are written by another hand."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.app import WORLD, Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.pushes import ReportTiming
from bot.sandbox.reports import Report
from notifier.channel import Accepted, Account, Replacement, SendFailed, Verdict
from notifier.providers.tencent_sms.channel import TencentSmsChannel
from notifier.providers.tencent_sms.client import TencentSmsClient
from tests.support.channel_contents import content
from tests.support.sandbox import FakeTime
from tests.support.sms import NUMBER, SIGN
from tests.support.tencent_sms import SECRET_KEY, played_app, tencent_account


@dataclass
class Road:
    """The channel, its account, and what the stand-in has."""

    channel: TencentSmsChannel
    account: Account
    sandbox: TestClient[web.Request, web.Application]
    time: FakeTime

    def composed(self, **changes: Any) -> dict[str, Any]:
        return self.channel.compose(content(**changes), NUMBER, self.account)

    async def send(self, address: str = NUMBER, **changes: Any) -> Accepted:
        payload = self.channel.compose(content(**changes), address, self.account)
        return await self.channel.send(payload, address, self.account)

    async def find(self) -> Accepted | None:
        since = self.time.now() - timedelta(minutes=2)
        return await self.channel.find(self.composed(), NUMBER, self.account, since)

    async def fails(self, **faults: Any) -> SendFailed:
        await self.sandbox.post("/sandbox/faults", json={"tencent_sms": faults})
        with pytest.raises(SendFailed) as caught:
            await self.send()
        return caught.value

    async def taken(self) -> list[dict[str, Any]]:
        async with self.sandbox.get("/sandbox/state") as response:
            found: list[dict[str, Any]] = (await response.json())["sms"]
            return found


async def made(**app: Any) -> AsyncIterator[Road]:
    time = FakeTime()
    config = SandboxConfig.model_validate({"corps": [], "tencent_sms_apps": [played_app(**app)]})
    around = Surroundings(time.now, time.monotonic, random.Random(7), report_timing=ReportTiming(0.0))
    async with (
        TestClient(TestServer(build_app(config, around))) as sandbox,
        aiohttp.ClientSession() as http,
    ):
        account = tencent_account(str(sandbox.make_url("")).rstrip("/"))
        client = TencentSmsClient(http, time, total_s=2)
        yield Road(TencentSmsChannel(http, time, client), account, sandbox, time)


@pytest.fixture
async def road() -> AsyncIterator[Road]:
    async for each in made():
        yield each


async def test_signed_call_is_taken_and_its_serial_number_kept(road: Road) -> None:
    accepted = await road.send(f"+86{NUMBER}", level="红色：特急", short="CT-3 停机")
    (sms,) = await road.taken()
    assert sms["biz_id"] == accepted.provider_id
    assert (sms["number"], sms["out_id"]) == (NUMBER, "m-42@wecom")
    assert sms["text"] == f"【{SIGN}】红色：特急：CT-3 停机，工单R-2026-000017，请登录平台处理。"


async def test_parts_are_those_that_the_provider_counts_and_cost_what_the_account_says(road: Road) -> None:
    settings = dict(road.account.settings) | {"price_per_part": "0.045"}
    road.account = replace(road.account, settings=settings)
    accepted = await road.send(level="红" * 24, short="停" * 35)
    assert (accepted.parts, accepted.cost) == (2, Decimal("0.090"))


async def test_refusal_of_the_number_is_seen_although_the_call_went_well(road: Road) -> None:
    failed = await road.fails(code="FailedOperation.PhoneNumberInBlacklist", words="黑名单", code_times=1)
    assert (failed.verdict, failed.code) == (Verdict.PERMANENT, "FailedOperation.PhoneNumberInBlacklist")
    assert failed.detail == "黑名单"


async def test_wrong_key_is_the_accounts_fault_and_told_without_it(road: Road) -> None:
    wrong = "sandbox-another-key"
    road.account = replace(road.account, secrets={"secret_key": wrong})
    failed = await road.fails()
    assert (failed.verdict, failed.code) == (Verdict.CONFIGURATION, "AuthFailure.SignatureFailure")
    assert wrong not in str(failed)
    assert SECRET_KEY not in repr(road.account)


async def test_clock_that_is_wrong_is_named(road: Road) -> None:
    ahead = FakeTime()
    ahead.advance(5 * 60 + 1)
    async with aiohttp.ClientSession() as http:
        with pytest.raises(SendFailed) as caught:
            await TencentSmsChannel(http, ahead).send(road.composed(), NUMBER, road.account)
    assert (caught.value.verdict, caught.value.code) == (
        Verdict.CONFIGURATION,
        "AuthFailure.SignatureExpire",
    )


async def test_same_text_to_one_number_waits_half_a_minute(road: Road) -> None:
    await road.send()
    failed = await road.fails()
    assert (failed.verdict, failed.retry_after_s) == (Verdict.RATE, 30)
    road.time.advance(30)
    await road.send()


async def test_eleventh_sms_of_a_day_is_too_many_for_one_number(road: Road) -> None:
    for number in range(10):
        await road.send(thread_id=f"WX2026-{number}")
    failed = await road.fails()
    assert (failed.verdict, failed.code) == (Verdict.RATE, "LimitExceeded.PhoneNumberDailyLimit")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign_name": "别人的"}, "FailedOperation.SignatureIncorrectOrUnapproved"),
        ({"sdk_app_id": "1400000009"}, "InvalidParameterValue.SdkAppIdNotExist"),
    ],
)
async def test_account_that_was_entered_wrong_is_an_administrators_to_mend(
    road: Road, changes: dict[str, Any], code: str
) -> None:
    road.account = replace(road.account, settings={**road.account.settings, **changes})
    failed = await road.fails()
    assert (failed.verdict, failed.code) == (Verdict.CONFIGURATION, code)


async def test_lost_answer_may_have_been_delivered_and_is_found_by_our_id(road: Road) -> None:
    failed = await road.fails(accept_then_drop_connection=1, no_reports=False)
    assert (failed.verdict, failed.maybe_delivered, failed.retry_after_s) == (Verdict.TEMPORARY, True, 60)
    (sms,) = await road.taken()
    assert await road.find() is None, "there is no report yet"
    await played_report(road)
    found = await road.find()
    assert found
    assert found.provider_id == sms["biz_id"]


async def played_report(road: Road) -> None:
    """Let the stand-in have the report that it would push."""

    for sms in road.sandbox.app[WORLD].sms.messages:
        sms.report = Report({"report_time": ""})


async def test_what_did_not_arrive_is_not_waited_for(road: Road) -> None:
    await road.fails(accept_then_drop_connection=1, undelivered=[NUMBER])
    await played_report(road)
    with pytest.raises(SendFailed) as caught:
        await road.find()
    assert caught.value.verdict is Verdict.PERMANENT


async def test_account_that_may_not_ask_knows_nothing_of_earlier_tries() -> None:
    async for road in made(may_pull=False):
        await road.fails(accept_then_drop_connection=1)
        await played_report(road)
        assert await road.find() is None


@pytest.mark.parametrize(
    ("faults", "code"), [({"unavailable": True}, "http-502"), ({"delay_s": 30}, "no-answer")]
)
async def test_provider_that_is_away_is_tried_again(road: Road, faults: dict[str, Any], code: str) -> None:
    failed = await road.fails(**faults)
    assert (failed.verdict, failed.code) == (Verdict.TEMPORARY, code)


@pytest.mark.parametrize("address", ["", "12345", "02588888888", f"{NUMBER},{NUMBER}", "+8529000000"])
async def test_what_is_no_mobile_number_is_refused_for_good(road: Road, address: str) -> None:
    with pytest.raises(SendFailed) as caught:
        await road.send(address)
    assert caught.value.verdict is Verdict.PERMANENT
    assert await road.taken() == []


async def test_sms_cannot_be_taken_back(road: Road) -> None:
    with pytest.raises(SendFailed):
        await road.channel.update("x", NUMBER, road.account, Replacement("done"))
