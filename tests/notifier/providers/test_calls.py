"""Both channels of calls against the stand-ins, whose checks are written by another hand."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.app import Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from notifier.channel import Accepted, Account, Channel, Replacement, SendFailed, Verdict
from tests.support.channel_contents import content
from tests.support.sandbox import FakeTime
from tests.support.voice import ALIYUN, NUMBER, TENCENT, VENDORS, Vendor

ALARM = {"level": "红色：特急", "short": "MR-1 失超", "unique_id": "y42-1"}


@dataclass
class Road:
    """The channel, its account, and what the stand-in has."""

    vendor: Vendor
    channel: Channel
    account: Account
    sandbox: TestClient[web.Request, web.Application]
    time: FakeTime

    async def send(self, address: str = NUMBER, **changes: Any) -> Accepted:
        payload = self.channel.compose(content(**ALARM | changes), address, self.account)
        return await self.channel.send(payload, address, self.account)

    async def fails(self, address: str = NUMBER, **faults: Any) -> SendFailed:
        await self.sandbox.post("/sandbox/faults", json={"voice": faults})
        with pytest.raises(SendFailed) as caught:
            await self.send(address)
        return caught.value

    async def rang(self) -> list[dict[str, Any]]:
        async with self.sandbox.get("/sandbox/state") as response:
            found: list[dict[str, Any]] = (await response.json())["calls"]
            return found


@pytest.fixture(params=VENDORS, ids=[vendor.kind for vendor in VENDORS])
async def road(request: pytest.FixtureRequest) -> AsyncIterator[Road]:
    vendor, time = request.param, FakeTime()
    config = SandboxConfig.model_validate({"corps": [], **vendor.entry()})
    app = build_app(config, Surroundings(time.now, time.monotonic, random.Random(7)))
    async with TestClient(TestServer(app)) as sandbox, aiohttp.ClientSession() as http:
        account = vendor.account(str(sandbox.make_url("")).rstrip("/"))
        yield Road(vendor, vendor.channel(http, time, total_s=2), account, sandbox, time)


async def test_signed_order_makes_a_phone_ring_and_the_calls_id_is_kept(road: Road) -> None:
    accepted = await road.send(f"+86{NUMBER}")
    (call,) = await road.rang()
    assert (call["number"], call["call_id"], call["out_id"]) == (NUMBER, accepted.provider_id, "y42-1")
    assert call["text"] == "医设提醒，红色，特急，MR 1 失超。知悉请按1。"
    assert (call["state"], call["plays"]) == ("ringing", 2)


async def test_wrong_secret_is_the_accounts_fault_and_told_without_it(road: Road) -> None:
    wrong = "sandbox-another-secret"
    road.account = replace(road.account, secrets=dict.fromkeys(road.account.secrets, wrong))
    failed = await road.fails()
    assert failed.verdict is Verdict.CONFIGURATION
    assert failed.code in ("SignatureDoesNotMatch", "AuthFailure.SignatureFailure")
    assert wrong not in f"{failed}{failed.detail}"


async def test_clock_that_is_wrong_is_named(road: Road) -> None:
    payload = road.channel.compose(content(**ALARM), NUMBER, road.account)
    ahead = FakeTime()
    ahead.advance(16 * 60)
    async with aiohttp.ClientSession() as http:
        with pytest.raises(SendFailed) as caught:
            await road.vendor.channel(http, ahead).send(payload, NUMBER, road.account)
    assert (caught.value.verdict, caught.value.reason) == (
        Verdict.CONFIGURATION,
        "This server's clock is wrong",
    )


async def test_second_call_within_a_minute_has_to_wait(road: Road) -> None:
    await road.send()
    failed = await road.fails()
    assert (failed.verdict, failed.retry_after_s) == (Verdict.RATE, 60)
    road.time.advance(61)
    await road.send()
    assert len(await road.rang()) == 2


async def test_sixth_call_within_an_hour_has_to_wait(road: Road) -> None:
    for _ in range(5):
        await road.send()
        road.time.advance(61)
    assert (await road.fails()).verdict is Verdict.RATE
    road.time.advance(3600)
    await road.send()


async def test_lost_answer_may_have_rung_and_waits_for_the_report(road: Road) -> None:
    failed = await road.fails(accept_then_drop_connection=1)
    assert (failed.maybe_delivered, failed.verdict) == (True, Verdict.TEMPORARY)
    assert failed.retry_after_s is not None
    assert failed.retry_after_s >= 60, "not while the first call rings"
    assert len(await road.rang()) == 1


async def test_error_page_of_a_proxy_is_tried_again(road: Road) -> None:
    failed = await road.fails(unavailable=True)
    assert (failed.verdict, failed.code) == (Verdict.TEMPORARY, "http-502")


async def test_slow_answer_is_not_waited_for(road: Road) -> None:
    failed = await road.fails(delay_s=30)
    assert (failed.code, failed.maybe_delivered) == ("no-answer", True)


@pytest.mark.parametrize("address", ["", "12345", "057100000000", "+8529000000"])
async def test_what_is_no_mobile_number_is_refused_for_good(road: Road, address: str) -> None:
    with pytest.raises(SendFailed) as caught:
        await road.send(address)
    assert caught.value.verdict is Verdict.PERMANENT
    assert await road.rang() == []


async def test_settings_are_told_by_name_without_their_values(road: Road) -> None:
    road.account = replace(road.account, settings={})
    with pytest.raises(SendFailed) as caught:
        await road.send()
    assert caught.value.verdict is Verdict.CONFIGURATION
    assert "templates" in caught.value.detail
    assert "sandbox-" not in caught.value.detail


async def test_long_words_are_cut_and_the_call_is_made(road: Road) -> None:
    await road.send(short="失超。" * 200, level="级" * 100)
    (call,) = await road.rang()
    assert len(call["text"]) < 100


async def test_links_are_not_read_out(road: Road) -> None:
    await road.send(short="见 https://yishe.example/c/1")
    (call,) = await road.rang()
    assert "yishe" not in call["text"]


async def test_call_cannot_be_taken_back(road: Road) -> None:
    with pytest.raises(SendFailed):
        await road.channel.update("x", NUMBER, road.account, Replacement("done"))


@pytest.mark.parametrize(
    ("vendor", "code", "verdict"),
    [
        (ALIYUN, "isv.MOBILE_NUMBER_ILLEGAL", Verdict.PERMANENT),
        (ALIYUN, "isv.TTS_TEMPLATE_ILLEGAL", Verdict.CONFIGURATION),
        (ALIYUN, "isv.AMOUNT_NOT_ENOUGH", Verdict.CONFIGURATION),
        (ALIYUN, "isv.VOICE_CALL_FAIL", Verdict.TEMPORARY),
        (ALIYUN, "isv.BRAND_NEW", Verdict.PERMANENT),
        (ALIYUN, "Throttling.User", Verdict.RATE),
        (TENCENT, "InvalidParameterValue.CalledNumberVerifyFail", Verdict.PERMANENT),
        (TENCENT, "FailedOperation.TemplateIncorrectOrUnapproved", Verdict.CONFIGURATION),
        (TENCENT, "UnauthorizedOperation.ServiceSuspendDueToArrears", Verdict.CONFIGURATION),
        (TENCENT, "InternalError.AccessUpstreamTimeout", Verdict.TEMPORARY),
        (TENCENT, "LimitExceeded.DeliveryFrequencyLimit", Verdict.RATE),
        (TENCENT, "FailedOperation.BrandNew", Verdict.PERMANENT),
        (TENCENT, "RequestLimitExceeded.UinLimitExceeded", Verdict.RATE),
    ],
)
async def test_codes_are_told_in_four_words(vendor: Vendor, code: str, verdict: Verdict) -> None:
    time = FakeTime()
    config = SandboxConfig.model_validate({"corps": [], **vendor.entry()})
    app = build_app(config, Surroundings(time.now, time.monotonic, random.Random(7)))
    async with TestClient(TestServer(app)) as sandbox, aiohttp.ClientSession() as http:
        base_url = str(sandbox.make_url("")).rstrip("/")
        road = Road(vendor, vendor.channel(http, time), vendor.account(base_url), sandbox, time)
        failed = await road.fails(code=code, code_times=1)
    assert (failed.code, failed.verdict) == (code, verdict)
