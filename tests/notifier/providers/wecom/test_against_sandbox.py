"""The channel against the stand-in of WeCom, whose crypto and rules are written by another hand."""

import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given

from bot.sandbox.api_models import ENVELOPE, content_of
from bot.sandbox.app import Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.wire import check
from notifier.channel import Account, Button, Content, Replacement, SendFailed, Verdict
from notifier.providers.wecom.account import account_of
from notifier.providers.wecom.channel import WeComChannel
from notifier.providers.wecom.crypto import CallbackQuery
from notifier.providers.wecom.events import (
    CallbackEvent,
    CardMenu,
    CardPress,
    Noted,
    TextMessage,
    parse_event,
)
from notifier.providers.wecom.replies import button_reply, sealed
from notifier.providers.wecom.xml import encrypted_part
from storage.clock import RealClock
from tests.support.channel_contents import AES_KEY, TOKEN, content, contents

CORP_ID, AGENT_ID, SECRET = "ww-sandbox-1", 1000002, "sandbox-secret"
CLOCK = RealClock()
Sandbox = TestClient[web.Request, web.Application]


def cast(callback_url: str | None) -> SandboxConfig:
    app = {
        "agentid": AGENT_ID,
        "secret": SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "callback_url": callback_url,
    }
    members = [{"userid": "ZhangSan", "name": "科室主任"}, {"userid": "LiSi", "name": "工程师"}]
    corp = {"corpid": CORP_ID, "name": "示例医院", "apps": [app], "members": members}
    return SandboxConfig.model_validate({"corps": [corp]})


class Door:
    """The service's callback address: opens what comes and answers with a word for the buttons."""

    url = ""

    def __init__(self) -> None:
        self.crypto = account_of(wecom("http://127.0.0.1")).crypto()
        self.events: list[CallbackEvent] = []
        self.reply = ""

    async def get(self, request: web.Request) -> web.Response:
        return web.Response(body=self.crypto.answer_url_check(_query(request)))

    async def post(self, request: web.Request) -> web.Response:
        event = parse_event(self.crypto.open(_query(request), encrypted_part(await request.read())))
        assert not isinstance(event, Noted)
        self.events.append(event)
        reply = button_reply(event, self.reply, CLOCK.now())
        return web.Response(body=sealed(self.crypto, reply, CLOCK.now(), "n1") if self.reply else b"")


def _query(request: web.Request) -> CallbackQuery:
    return CallbackQuery.model_validate(dict(request.query))


def wecom(base_url: str) -> Account:
    secrets = {"secret": SECRET, "callback_token": TOKEN, "encoding_aes_key": AES_KEY}
    return Account(7, {"corp_id": CORP_ID, "agent_id": AGENT_ID, "base_url": base_url}, secrets)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    app = web.Application()
    app.router.add_get("/wecom/7", door.get)
    app.router.add_post("/wecom/7", door.post)
    async with TestServer(app) as server:
        door.url = f"http://127.0.0.1:{server.port}/wecom/7"
        yield door


@pytest.fixture
async def sandbox(door: Door) -> AsyncIterator[Sandbox]:
    around = Surroundings(lambda: datetime.now(UTC), time.monotonic, random.Random(7))
    async with TestClient(TestServer(build_app(cast(door.url), around))) as client:
        yield client


@pytest.fixture
async def account(sandbox: Sandbox) -> Account:
    return wecom(f"http://127.0.0.1:{sandbox.port}")


@pytest.fixture
async def channel() -> AsyncIterator[WeComChannel]:
    async with aiohttp.ClientSession() as http:
        yield WeComChannel(http, CLOCK)


async def order(sandbox: Sandbox, path: str, body: dict[str, Any]) -> dict[str, Any]:
    async with sandbox.post(f"/sandbox/{path}", json=body) as response:
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
    return answer


async def messages(sandbox: Sandbox) -> list[dict[str, Any]]:
    async with sandbox.get("/sandbox/state") as response:
        members = (await response.json())["members"]
    found: list[dict[str, Any]] = members[0]["messages"]
    return found


async def press(sandbox: Sandbox, key: str) -> None:
    who = {"corpid": CORP_ID, "agentid": AGENT_ID, "userid": "ZhangSan"}
    await order(sandbox, "press", {**who, "task_id": content().unique_id, "key": key})


async def test_callback_address_passes_its_check(sandbox: Sandbox) -> None:
    async with sandbox.get(f"/sandbox/verify/{CORP_ID}/{AGENT_ID}") as response:
        assert await response.json() == {"ok": True, "reason": ""}


async def test_card_is_pressed_and_its_buttons_tell_the_outcome(
    channel: WeComChannel, account: Account, sandbox: Sandbox, door: Door
) -> None:
    await channel.send(channel.compose(content(), "zhangsan", account), "zhangsan", account)
    door.reply = "已同意"
    await press(sandbox, "approve")
    (event,) = door.events
    assert isinstance(event, CardPress)
    assert (event.user, event.key, event.task_id) == ("ZhangSan", "approve", content().unique_id)
    assert (await messages(sandbox))[0]["replace_name"] == "已同意"


async def test_code_of_the_press_replaces_the_card_once(
    channel: WeComChannel, account: Account, sandbox: Sandbox, door: Door
) -> None:
    await channel.send(channel.compose(content(), "ZhangSan", account), "ZhangSan", account)
    await press(sandbox, "approve")
    (event,) = door.events
    assert isinstance(event, CardPress)
    decided = Replacement("已由王主任同意", content(buttons=()))
    await channel.update(event.response_code, "ZhangSan", account, decided)
    (message,) = await messages(sandbox)
    assert (message["body"]["card_type"], message["body"]["sub_title_text"]) == (
        "text_notice",
        "已由王主任同意",
    )
    with pytest.raises(SendFailed) as caught:
        await channel.update(event.response_code, "ZhangSan", account, decided)
    assert caught.value.verdict is Verdict.PERMANENT


async def test_code_of_the_send_updates_a_card_that_nobody_pressed(
    channel: WeComChannel, account: Account, sandbox: Sandbox
) -> None:
    accepted = await channel.send(channel.compose(content(), "LiSi", account), "LiSi", account)
    assert accepted.update_code is not None
    await channel.update(accepted.update_code, "LiSi", account, Replacement("已由王主任同意"))


async def test_the_same_words_said_twice_arrive_twice(
    channel: WeComChannel, account: Account, sandbox: Sandbox
) -> None:
    for _ in range(2):
        await channel.say("已由他人决定", "ZhangSan", account)
    assert [message["body"]["content"] for message in await messages(sandbox)] == ["已由他人决定"] * 2


async def test_a_notice_whose_menu_is_used_tells_so_and_can_be_replaced(
    channel: WeComChannel, account: Account, sandbox: Sandbox, door: Door
) -> None:
    notice = content(buttons=(), asides=(Button("notice.read", "已读"),))
    payload = channel.compose(notice, "ZhangSan", account)
    accepted = await channel.send(payload, "ZhangSan", account)
    await press(sandbox, "notice.read")
    (event,) = door.events
    assert isinstance(event, CardMenu)
    assert (event.key, event.task_id) == ("notice.read", notice.unique_id)
    assert accepted.update_code is not None
    await channel.update(accepted.update_code, "ZhangSan", account, Replacement("已处理", sent=payload))
    assert (await messages(sandbox))[0]["body"]["sub_title_text"] == "已处理"


async def test_written_words_arrive(sandbox: Sandbox, door: Door) -> None:
    who = {"corpid": CORP_ID, "agentid": AGENT_ID, "userid": "LiSi"}
    await order(sandbox, "say", {**who, "text": "设备 CT-3"})
    (event,) = door.events
    assert isinstance(event, TextMessage)
    assert (event.user, event.text, event.agent_id) == ("LiSi", "设备 CT-3", AGENT_ID)


async def test_send_whose_answer_was_lost_arrives_once_when_repeated(
    channel: WeComChannel, account: Account, sandbox: Sandbox
) -> None:
    await order(sandbox, "faults", {"wecom": {"accept_then_drop_connection": 1}})
    payload = channel.compose(content(), "ZhangSan", account)
    with pytest.raises(SendFailed) as caught:
        await channel.send(payload, "ZhangSan", account)
    assert (caught.value.verdict, caught.value.maybe_delivered) == (Verdict.TEMPORARY, True)
    assert (await channel.send(payload, "ZhangSan", account)).update_code
    assert len(await messages(sandbox)) == 1


@pytest.mark.parametrize("fault", ["invalidate_token_now", "expire_token_now"])
async def test_token_lost_between_two_sends_is_not_noticed(
    channel: WeComChannel, account: Account, sandbox: Sandbox, fault: str
) -> None:
    for number in range(2):
        message = content(unique_id=f"m-{number}")
        await channel.send(channel.compose(message, "ZhangSan", account), "ZhangSan", account)
        await order(sandbox, "faults", {"wecom": {fault: True}})
    assert len(await messages(sandbox)) == 2


@pytest.mark.parametrize(
    ("faults", "userid", "code", "verdict"),
    [
        ({"ip_block": True}, "ZhangSan", "60020", Verdict.CONFIGURATION),
        ({"errcode": 45009, "errcode_times": 1}, "ZhangSan", "45009", Verdict.RATE),
        ({}, "nobody", "81013", Verdict.PERMANENT),
    ],
)
async def test_refusal_has_its_verdict(
    channel: WeComChannel,
    account: Account,
    sandbox: Sandbox,
    faults: dict[str, Any],
    userid: str,
    code: str,
    verdict: Verdict,
) -> None:
    await order(sandbox, "faults", {"wecom": faults})
    with pytest.raises(SendFailed) as caught:
        await channel.send(channel.compose(content(), userid, account), userid, account)
    assert (caught.value.code, caught.value.verdict) == (code, verdict)


@given(contents)
def test_any_message_is_one_that_wecom_takes(message: Content) -> None:
    channel = WeComChannel(None, CLOCK)  # type: ignore[arg-type] # composing needs no connection
    payload = channel.compose(message, "ZhangSan", wecom("http://127.0.0.1"))
    envelope = check(ENVELOPE, payload)
    assert content_of(payload, envelope.msgtype).model_dump()
