"""The stand-in of the SMS provider, called by the vendor's own client and by hand."""

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import SendSmsRequest
from alibabacloud_tea_openapi.utils_models import Config
from pydantic import ValidationError

from bot.sandbox.app import Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.errors import RealCredentialsError
from bot.sandbox.sms_errors import SmsError
from bot.sandbox.sms_sending import send
from bot.sandbox.world import World
from storage.clock import RealClock
from tests.support.sandbox import FakeTime, config_entry, sandbox
from tests.support.sms import CODE, KEY_ID, KEY_SECRET, NUMBER, SIGN, played_account, send_sms

GOOD = '{"level":"红色","what":"CT-3 停机","number":"WX2026-000001"}'
QUERY = {
    "PhoneNumbers": NUMBER,
    "SignName": SIGN,
    "TemplateCode": CODE,
    "TemplateParam": GOOD,
    "OutId": "y1-1",
}


def entry(**more: Any) -> dict[str, Any]:
    return {"corps": [], "sms_accounts": [played_account(**more)]}


def world(time: FakeTime, **more: Any) -> World:
    config = SandboxConfig.model_validate(entry(**more))
    return World(config, now=time.now, monotonic=time.monotonic, rng=random.Random(7))


@pytest.fixture
async def server() -> AsyncIterator[str]:
    real = RealClock()
    app: web.Application = build_app(
        SandboxConfig.model_validate(entry()),
        Surroundings(real.now, lambda: real.now().timestamp(), random.Random(7)),
    )
    async with TestServer(app) as running:
        yield f"{running.host}:{running.port}"


def vendor(server: str, secret: str = KEY_SECRET) -> Client:
    return Client(Config(access_key_id=KEY_ID, access_key_secret=secret, endpoint=server, protocol="http"))


def request(**changes: str) -> SendSmsRequest:
    known = {"phone_numbers": NUMBER, "sign_name": SIGN, "template_code": CODE, "template_param": GOOD}
    return SendSmsRequest(**known | changes)


async def test_vendors_own_client_is_understood(server: str) -> None:
    answer = await vendor(server).send_sms_async(request(out_id="y1-1"))
    assert answer.body.code == "OK"
    assert answer.body.biz_id


async def test_vendors_client_with_a_wrong_secret_is_refused(server: str) -> None:
    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        await vendor(server, "sandbox-wrong").send_sms_async(request())


async def test_vendors_client_hears_a_business_error_as_an_answer(server: str) -> None:
    answer = await vendor(server).send_sms_async(request(sign_name="别人的"))
    assert answer.body.code == "isv.SMS_SIGNATURE_ILLEGAL"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PhoneNumbers": "110"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": ",".join([NUMBER] * 1001)}, "isv.MOBILE_COUNT_OVER_LIMIT"),
        ({"SignName": "别人的"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"TemplateCode": "SMS_9"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"TemplateParam": "["}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"level":1}'}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"level":"红色"}'}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"TemplateParam": GOOD.replace("CT-3", "停" * 40)}, "isv.PARAM_LENGTH_LIMIT"),
        ({"TemplateParam": GOOD.replace("CT-3", "https://a.cn/x")}, "isv.PARAM_NOT_SUPPORT_URL"),
        ({"TemplateParam": GOOD.replace("CT-3", "【x】")}, "isv.INVALID_PARAMETERS"),
        ({"OutId": "x" * 257}, "isv.INVALID_PARAMETERS"),
    ],
)
def test_what_breaks_a_rule_gets_the_code_for_it(changes: dict[str, str], code: str) -> None:
    playing = world(FakeTime())
    with pytest.raises(SmsError) as caught:
        send(playing, playing.sms.accounts[KEY_ID], QUERY | changes)
    assert caught.value.code == code
    assert not playing.sms.messages


def test_one_number_takes_so_many_of_a_template_in_a_day_and_a_minute() -> None:
    time = FakeTime()
    playing = world(time, per_day=2, per_minute=1)
    account = playing.sms.accounts[KEY_ID]
    send(playing, account, QUERY)
    with pytest.raises(SmsError, match="分钟级流控Permits:1"):
        send(playing, account, QUERY)
    time.advance(60)
    send(playing, account, QUERY)
    time.advance(60)
    with pytest.raises(SmsError, match="天级流控Permits:2"):
        send(playing, account, QUERY)
    send(playing, account, QUERY | {"PhoneNumbers": "19900000002"})


def test_two_parts_are_counted() -> None:
    playing = world(FakeTime())
    long = GOOD.replace("CT-3", "停" * 25).replace("红色", "红" * 24)
    (sms,) = send(playing, playing.sms.accounts[KEY_ID], QUERY | {"TemplateParam": long})
    assert (len(sms.text), sms.segments) == (84, 2)


async def test_phone_shows_what_arrived_with_the_signature_before_it() -> None:
    people = [{"name": "Head", "number": NUMBER}, {"name": "Other", "number": "19900000002"}]
    lost = {"undelivered": ["19900000002"]}
    async with sandbox(config_entry(people=people, sms_accounts=[played_account()])) as box:
        await box.faults(sms=lost)
        for person in people:
            await send_sms(box, person["number"], short="<b>停机</b>")
        async with box.http.get("/") as response:
            page = await response.text()
    assert page.count(f"【{SIGN}】") == 1
    assert "&lt;b&gt;停机&lt;/b&gt;" in page


@pytest.mark.parametrize("field", ["access_key_id", "access_key_secret"])
def test_access_key_that_could_be_real_is_refused_and_not_repeated(field: str) -> None:
    with pytest.raises(RealCredentialsError) as caught:
        SandboxConfig.model_validate(entry(**{field: "LTAI5tReal"}))
    assert "LTAI5tReal" not in str(caught.value)


def test_reports_leave_this_machine_only_with_permission() -> None:
    away = entry(report_url="https://hospital.example/webhooks/aliyun-sms/a/b")
    with pytest.raises(RealCredentialsError, match="report_url"):
        SandboxConfig.model_validate(away)
    SandboxConfig.model_validate(away | {"allow_remote_callbacks": True})


def test_two_accounts_of_one_access_key_are_refused() -> None:
    with pytest.raises(ValidationError, match="access key"):
        SandboxConfig.model_validate({"corps": [], "sms_accounts": [played_account(), played_account()]})
