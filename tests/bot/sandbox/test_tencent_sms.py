"""The stand-in of Tencent Cloud's SMS, called by the vendor's own client; what it pushes, and what it refuses."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import BaseTestServer, TestServer
from pydantic import ValidationError
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import PullSmsSendStatusByPhoneNumberRequest, SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from bot.sandbox.app import Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.errors import RealCredentialsError
from bot.sandbox.pushes import ReportTiming
from bot.sandbox.tencent_gate import TencentCall, admit
from storage.clock import RealClock
from tests.support.sms import NUMBER, SIGN, played_account
from tests.support.tencent_sms import APP_ID, SECRET_ID, SECRET_KEY, TEMPLATE_ID, played_app

# The vendor's client asks for the day in a way that Python has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.*utcfromtimestamp:DeprecationWarning")
PARAMS = ["红色", "CT-3 停机", "WX2026-000001"]
OK = {"result": 0, "errmsg": "OK"}


def test_published_signature_that_covers_the_action_too_is_right() -> None:
    right = "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    credential, signed = "Credential=AKID/2019-02-25/cvm/tc3_request", "content-type;host;x-tc-action"
    headers = {
        "authorization": f"TC3-HMAC-SHA256 {credential}, SignedHeaders={signed}, Signature={right}",
        "content-type": "application/json; charset=utf-8",
        "host": "cvm.tencentcloudapi.com",
        "x-tc-action": "DescribeInstances",
        "x-tc-region": "ap-guangzhou",
        "x-tc-timestamp": "1551113065",
    }
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    at = datetime.fromtimestamp(1551113065, UTC)
    assert admit(TencentCall(headers, body), "cvm", lambda _: "*" * 32, at) == "AKID"


class Door:
    """The service's addresses: two wrong answers, then the right one."""

    def __init__(self) -> None:
        self.pushed: list[Any] = []
        self.wrong = [web.Response(status=503), web.json_response({"result": 1, "errmsg": "busy"})]
        self.taken = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        self.pushed.append(await request.json())
        if self.wrong:
            return self.wrong.pop(0)
        self.taken.set()
        return web.json_response(OK)


@pytest.fixture
async def door() -> AsyncIterator[tuple[Door, str]]:
    door, app = Door(), web.Application()
    app.router.add_post("/pushed", door.take)
    async with TestServer(app) as server:
        yield door, str(server.make_url("/pushed"))


@pytest.fixture
async def server(door: tuple[Door, str]) -> AsyncIterator[BaseTestServer]:
    real = RealClock()
    app_entry = played_app(report_url=door[1], reply_url=door[1])
    config = {"corps": [], "tencent_sms_apps": [app_entry], "people": [{"name": "Head", "number": NUMBER}]}
    around = Surroundings(
        real.now,
        lambda: real.now().timestamp(),
        random.Random(7),
        report_timing=ReportTiming(0.0, (0.0, 0.0, 0.0)),
    )
    async with TestServer(build_app(SandboxConfig.model_validate(config), around)) as running:
        yield running


def client(server: BaseTestServer, key: str = SECRET_KEY) -> SmsClient:
    http = HttpProfile(protocol="http", endpoint=f"{server.host}:{server.port}")
    return SmsClient(Credential(SECRET_ID, key), "ap-guangzhou", ClientProfile(httpProfile=http))


def request(**changes: Any) -> SendSmsRequest:
    asked = SendSmsRequest()
    known = {"PhoneNumberSet": [f"+86{NUMBER}"], "SmsSdkAppId": APP_ID, "SignName": SIGN}
    known |= {"TemplateId": TEMPLATE_ID, "TemplateParamSet": PARAMS, "SessionContext": "y1-1"}
    asked.from_json_string(json.dumps(known | changes))
    return asked


async def sent(server: BaseTestServer, **changes: Any) -> list[Any]:
    answer = await asyncio.to_thread(client(server).SendSms, request(**changes))
    return list(answer.SendStatusSet)


async def test_vendors_own_client_is_understood_and_the_report_comes_until_it_is_taken(
    server: BaseTestServer, door: tuple[Door, str]
) -> None:
    (status,) = await sent(server)
    assert (status.Code, status.Fee, status.SessionContext) == ("Ok", 1, "y1-1")
    await asyncio.wait_for(door[0].taken.wait(), 10)
    assert len(door[0].pushed) == 3
    ((entry,),) = door[0].pushed[2:]
    assert (entry["sid"], entry["mobile"], entry["report_status"]) == (status.SerialNo, NUMBER, "SUCCESS")


async def test_vendors_client_asks_what_became_of_it(server: BaseTestServer, door: tuple[Door, str]) -> None:
    (status,) = await sent(server)
    await asyncio.wait_for(door[0].taken.wait(), 10)
    asked = PullSmsSendStatusByPhoneNumberRequest()
    since = int(RealClock().now().timestamp()) - 60
    known = {"BeginTime": since, "Offset": 0, "Limit": 10, "PhoneNumber": f"+86{NUMBER}"}
    asked.from_json_string(json.dumps(known | {"SmsSdkAppId": APP_ID}))
    answer = await asyncio.to_thread(client(server).PullSmsSendStatusByPhoneNumber, asked)
    (pulled,) = answer.PullSmsSendStatusSet
    assert (pulled.SerialNo, pulled.SessionContext) == (status.SerialNo, "y1-1")


async def test_vendors_client_with_a_wrong_key_is_refused(server: BaseTestServer) -> None:
    wrong = client(server, "sandbox-wrong")
    with pytest.raises(TencentCloudSDKException, match="SignatureFailure"):
        await asyncio.to_thread(wrong.SendSms, request())


async def test_one_number_is_refused_beside_one_that_is_taken(server: BaseTestServer) -> None:
    codes = [status.Code for status in await sent(server, PhoneNumberSet=[f"+86{NUMBER}", "+86110"])]
    assert codes == ["Ok", "InvalidParameterValue.IncorrectPhoneNumber"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"SignName": "别人的"}, "FailedOperation.SignatureIncorrectOrUnapproved"),
        ({"TemplateId": "9"}, "FailedOperation.TemplateIncorrectOrUnapproved"),
        ({"TemplateParamSet": ["a"]}, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
        ({"TemplateParamSet": ["a", "停" * 36, "b"]}, "InvalidParameterValue.TemplateParameterLengthLimit"),
        (
            {"TemplateParamSet": ["a", "https://a.cn/x", "b"]},
            "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        ),
        ({"ExtendCode": "123456789"}, "InvalidParameter.InvalidParameters"),
    ],
)
async def test_what_breaks_a_rule_gets_the_code_for_it(
    server: BaseTestServer, changes: dict[str, Any], code: str
) -> None:
    (status,) = await sent(server, **changes)
    assert status.Code == code


async def test_answer_on_the_phone_is_pushed_with_the_extend_code_until_it_is_taken(
    server: BaseTestServer, door: tuple[Door, str]
) -> None:
    door[0].wrong.clear()
    await sent(server, ExtendCode="0042")
    await asyncio.wait_for(door[0].taken.wait(), 10)
    door[0].taken.clear()
    door[0].wrong.append(web.Response(text="ok"))
    http = server.make_url("")

    async with ClientSession() as session:
        state = await (await session.get(http / "sandbox/state")).json()
        await session.post(http / "sms/say", data={"id": state["sms"][0]["id"], "text": "收到"})
        await asyncio.wait_for(door[0].taken.wait(), 10)
        page = await (await session.get(http)).text()
    assert door[0].pushed[-1] == door[0].pushed[-2]
    assert (door[0].pushed[-1]["extend"], door[0].pushed[-1]["text"]) == ("0042", "收到")
    assert page.count("收到") == 1


@pytest.mark.parametrize("field", ["secret_id", "secret_key"])
def test_secret_that_could_be_real_is_refused_and_not_repeated(field: str) -> None:
    with pytest.raises(RealCredentialsError) as caught:
        SandboxConfig.model_validate({"corps": [], "tencent_sms_apps": [played_app(**{field: "AKIDreal"})]})
    assert "AKIDreal" not in str(caught.value)


def test_replies_leave_this_machine_only_with_permission() -> None:
    away = "https://hospital.example/webhooks/a/b"
    with pytest.raises(RealCredentialsError, match="reply_url"):
        SandboxConfig.model_validate({"corps": [], "sms_accounts": [played_account(reply_url=away)]})


@pytest.mark.parametrize("text", ["{1}{2}", "{2}", "{1}", "{1}，{3}"])
def test_template_that_nobody_would_approve_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        SandboxConfig.model_validate(
            {"corps": [], "tencent_sms_apps": [played_app(templates={"1": {"text": text}})]}
        )
