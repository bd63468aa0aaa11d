"""The stand-ins of the providers of calls, called by the vendors' own clients, and the phones that they ring."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from bot.sandbox.app import Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.errors import RealCredentialsError
from storage.clock import RealClock
from tests.support.channel_contents import content
from tests.support.sandbox import Sandbox, config_entry, sandbox
from tests.support.voice import ALIYUN, CALLER, HEARD, NUMBER, TENCENT, VENDORS, Vendor

SAID = '{"level":"红色","what":"失超"}'
MENU = {"StartCode": "TTS_1", "StartTtsParams": SAID, "MenuKeyMap.1.Key": "1", "MenuKeyMap.1.Code": "TTS_2"}
IVR = {"CalledShowNumber": CALLER, "CalledNumber": NUMBER, "PlayTimes": "2", "OutId": "y1-1"} | MENU
TTS = {"CalledNumber": NUMBER, "TtsCode": "TTS_1", "TtsParam": SAID}
VMS = {
    "TemplateId": "4356",
    "CalledNumber": f"+86{NUMBER}",
    "VoiceSdkAppid": "1400006666",
    "TemplateParamSet": ["红色", "失超"],
    "PlayTimes": 2,
    "SessionContext": "y1-1",
}
Json = dict[str, Any]


def entry(**more: Any) -> Json:
    people = [{"name": "Engineer", "number": NUMBER}]
    return config_entry(people=people, **ALIYUN.entry(), **TENCENT.entry()) | more


@pytest.fixture
async def server() -> AsyncIterator[str]:
    real = RealClock()
    app: web.Application = build_app(
        SandboxConfig.model_validate(entry()),
        Surroundings(real.now, lambda: real.now().timestamp(), random.Random(7)),
    )
    async with TestServer(app) as running:
        yield f"{running.host}:{running.port}"


async def aliyun(server: str, action: str, query: Json, secret: str = "sandbox-key-secret") -> Json:
    """By the vendor's own client."""
    config = Config(access_key_id="sandbox-key", access_key_secret=secret, endpoint=server, protocol="http")
    params = Params(
        action=action,
        version="2017-05-25",
        protocol="HTTP",
        pathname="/",
        method="POST",
        auth_type="AK",
        style="RPC",
        req_body_type="formData",
        body_type="json",
    )
    answer = await Client(config).call_api_async(params, OpenApiRequest(query=query), RuntimeOptions())
    body: Json = answer["body"]
    return body


async def tencent(server: str, asked: Json, key: str = "sandbox-id-key") -> Json:
    """By the vendor's own client, which waits in a thread."""
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=server))
    client = CommonClient("vms", "2020-09-02", Credential("sandbox-id", key), "ap-guangzhou", profile)
    answer = await asyncio.to_thread(client.call_json, "SendTtsVoice", asked)
    response: Json = answer["Response"]
    return response


@pytest.mark.parametrize(("action", "query"), [("IvrCall", IVR), ("SingleCallByTts", TTS)])
async def test_aliyuns_own_client_is_understood(server: str, action: str, query: Json) -> None:
    answer = await aliyun(server, action, query)
    assert answer["Code"] == "OK"
    assert re.fullmatch(r"\d+\^\d+", answer["CallId"])


async def test_aliyuns_client_with_a_wrong_secret_is_refused(server: str) -> None:
    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        await aliyun(server, "IvrCall", IVR, "sandbox-wrong")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CalledNumber": "110"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"CalledShowNumber": "057199999999"}, "isv.DISPLAY_NUMBER_ILLEGAL"),
        ({"StartCode": "TTS_9"}, "isv.TTS_TEMPLATE_ILLEGAL"),
        ({"MenuKeyMap.1.Code": "TTS_9"}, "isv.TTS_TEMPLATE_ILLEGAL"),
        ({"MenuKeyMap.1.Key": "11"}, "isv.INVALID_PARAMETERS"),
        ({"StartTtsParams": "["}, "isv.INVALID_PARAMETERS"),
        ({"StartTtsParams": '{"level":"红色"}'}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"StartTtsParams": SAID.replace("失超", "失" * 250)}, "isv.PARAM_LENGTH_LIMIT"),
        ({"StartTtsParams": SAID.replace("失超", "http://a.cn")}, "isv.PARAM_NOT_SUPPORT_URL"),
        ({"PlayTimes": "4"}, "isv.INVALID_PARAMETERS"),
        ({"OutId": "x" * 16}, "isv.INVALID_PARAMETERS"),
    ],
)
async def test_what_breaks_aliyuns_rules_gets_the_code_for_it(server: str, changes: Json, code: str) -> None:
    assert (await aliyun(server, "IvrCall", IVR | changes))["Code"] == code


async def test_number_takes_one_call_a_minute(server: str) -> None:
    await aliyun(server, "IvrCall", IVR)
    answer = await aliyun(server, "SingleCallByTts", TTS)
    assert (answer["Code"], answer["Message"]) == ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1")


async def test_tencents_own_client_is_understood(server: str) -> None:
    answer = await tencent(server, VMS)
    assert answer["SendStatus"]["SessionContext"] == "y1-1"
    assert answer["SendStatus"]["CallId"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CalledNumber": NUMBER}, "InvalidParameterValue.CalledNumberVerifyFail"),
        ({"VoiceSdkAppid": "1400000000"}, "UnauthorizedOperation.VoiceSdkAppidVerifyFail"),
        ({"TemplateId": "9"}, "FailedOperation.TemplateIncorrectOrUnapproved"),
        ({"TemplateParamSet": ["红色"]}, "FailedOperation.TemplateIncorrectOrUnapproved"),
        ({"TemplateParamSet": ["红色", "失" * 350]}, "InvalidParameterValue.ContentLengthLimit"),
        ({"PlayTimes": 4}, "InvalidParameterValue"),
    ],
)
async def test_what_breaks_tencents_rules_gets_the_code_for_it(server: str, changes: Json, code: str) -> None:
    with pytest.raises(TencentCloudSDKException) as caught:
        await tencent(server, VMS | changes)
    assert caught.value.get_code() == code


async def test_tencents_client_with_a_wrong_key_is_refused(server: str) -> None:
    with pytest.raises(TencentCloudSDKException) as caught:
        await tencent(server, VMS, "sandbox-wrong")
    assert caught.value.get_code() == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("vendor", VENDORS, ids=[vendor.kind for vendor in VENDORS])
@pytest.mark.parametrize("field", ["key", "id"])
def test_keys_that_could_be_real_are_refused_and_not_repeated(vendor: Vendor, field: str) -> None:
    name = next(
        name for name in vendor.played if name.endswith(("_secret", "_key") if field == "key" else "_id")
    )
    with pytest.raises(RealCredentialsError) as caught:
        SandboxConfig.model_validate(entry(**vendor.entry(**{name: "LTAI5tReal"})))
    assert "LTAI5tReal" not in str(caught.value)


def test_reports_leave_this_machine_only_with_permission() -> None:
    away = entry(**TENCENT.entry("https://hospital.example/webhooks/tencent-voice/a/b"))
    with pytest.raises(RealCredentialsError, match="report_url"):
        SandboxConfig.model_validate(away)
    SandboxConfig.model_validate(away | {"allow_remote_callbacks": True})


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """A stand-in whose one phone rings."""
    async with sandbox(entry()) as opened:
        yield opened


async def ring(box: Sandbox) -> Json:
    account = ALIYUN.account(str(box.http.make_url("")).rstrip("/"))
    async with aiohttp.ClientSession() as http:
        channel = ALIYUN.channel(http, box.time)
        await channel.send(
            channel.compose(content(short="失超", level="红色"), NUMBER, account), NUMBER, account
        )
    calls: list[Json] = (await box.get("/sandbox/state"))["calls"]
    return calls[-1]


async def page(box: Sandbox) -> str:
    async with box.http.get("/") as response:
        return await response.text()


async def test_page_offers_to_answer_then_keys_then_nothing(box: Sandbox) -> None:
    call = await ring(box)
    assert 'value="decline"' in await page(box)
    assert "红色" not in await page(box), "nobody hears a phone that rings"
    await box.http.post("/voice?person=0", data={"id": call["id"], "act": "answer"})
    shown = await page(box)
    assert "医设提醒，红色，失超。知悉请按1。" in shown
    assert 'name="key" value="1"' in shown
    await box.http.post("/voice?person=0", data={"id": call["id"], "key": "1"})
    shown = await page(box)
    assert HEARD in shown
    assert 'name="key"' not in shown


@pytest.mark.parametrize(
    ("acts", "why"),
    [
        (["hang_up"], "Nobody is on the line."),
        (["decline", "answer"], "This phone does not ring any more."),
        (["answer", "hang_up", "hang_up"], "Nobody is on the line."),
    ],
)
async def test_what_cannot_be_done_with_a_call_is_refused(box: Sandbox, acts: list[str], why: str) -> None:
    call = await ring(box)
    answers = [await box.post("/sandbox/call", {"id": call["id"], "act": act}) for act in acts]
    assert answers[-1] == {"error": why}


async def test_phone_that_rings_already_is_engaged(box: Sandbox) -> None:
    await ring(box)
    box.time.advance(61)
    assert (await ring(box))["outcome"] == "engaged"
    calls = (await box.get("/sandbox/state"))["calls"]
    assert [call["state"] for call in calls] == ["ringing", "over"]


async def test_call_that_nobody_made_is_unknown(box: Sandbox) -> None:
    assert (await box.post("/sandbox/call", {"id": 99, "act": "answer"}))["error"] == "There is no such call."


async def test_report_is_pushed_until_it_is_heard() -> None:
    pushed: list[Json] = []
    heard = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        pushed.extend(await request.json())
        if len(pushed) < 3:
            return web.Response(status=503 if len(pushed) == 1 else 200)
        heard.set()
        return web.json_response({"code": 0})

    app = web.Application()
    app.router.add_post("/reports", take)

    async def nap(_: float) -> None:
        await asyncio.sleep(0)

    async with TestServer(app) as server:
        config = entry(**ALIYUN.entry(str(server.make_url("/reports"))))
        async with sandbox(config, sleep=nap) as box, asyncio.timeout(10):
            call = await ring(box)
            await box.post("/sandbox/call", {"id": call["id"], "act": "decline"})
            await heard.wait()
    assert {json.dumps(entry) for entry in pushed} == {json.dumps(pushed[0])}
    assert (pushed[0]["status_code"], pushed[0]["callee"]) == ("200005", NUMBER)
