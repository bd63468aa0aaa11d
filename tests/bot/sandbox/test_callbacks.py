import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.sandbox.callbacks import Timing
from tests.support.sandbox import (
    AES_KEY,
    AGENT,
    CORPID,
    Sandbox,
    button_card,
    card_to,
    sandbox,
    with_callback,
)
from tests.support.sandbox_cards import MENU, TEXT, VOTE

Answer = Callable[["Service"], Awaitable[web.Response]]
QUICK = Timing(callback_s=0.3, verify_s=5)


class Service:
    """The app's own server: opens what comes by wechatpy and answers as the test says."""

    def __init__(self) -> None:
        self.crypto = WeChatCrypto("QDG6eK", AES_KEY, CORPID)
        self.texts: list[str] = []
        self.nonces: list[str] = []
        self.answer: Answer = self.silent

    async def handle(self, request: web.Request) -> web.Response:
        query = request.query
        signed = (query["msg_signature"], query["timestamp"], query["nonce"])
        if "echostr" in query:
            return web.Response(text=self.crypto.check_signature(*signed, query["echostr"]))
        body = await request.text()
        self.nonces.append(query["nonce"])
        self.texts.append(self.crypto.decrypt_message(body, *signed))
        return await self.answer(self)

    async def silent(self, _: "Service") -> web.Response:
        return web.Response()

    def reply(self, inner: str, to: str = "u1") -> Answer:
        text = f"<xml><ToUserName>{to}</ToUserName><FromUserName>{CORPID}</FromUserName>{inner}</xml>"

        async def answer(_: "Service") -> web.Response:
            return web.Response(text=self.crypto.encrypt_message(text, "nonce1", "1700000000"))

        return answer

    def field(self, name: str) -> str:
        return ET.fromstring(self.texts[-1]).findtext(f".//{name}") or ""  # noqa: S314 -- the sandbox's own


@asynccontextmanager
async def _playing(**more: bool) -> AsyncIterator[tuple[Sandbox, Service]]:
    service = Service()
    app = web.Application()
    app.router.add_route("*", "/wecom", service.handle)
    async with (
        TestServer(app) as server,
        sandbox(with_callback(server.make_url("/wecom"), **more), timing=QUICK) as box,
    ):
        yield box, service


@pytest.fixture
async def played() -> AsyncIterator[tuple[Sandbox, Service]]:
    async with _playing() as both:
        yield both


async def test_a_press_reaches_the_service_sealed_and_signed(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.send(card_to())
    outcome = await box.press()
    assert (outcome["outcome"], outcome["attempts"][0]["status"]) == ("delivered", 200)
    assert (service.field("EventKey"), service.field("TaskId"), service.field("AgentID")) == (
        "ok",
        "t1",
        str(AGENT),
    )
    assert (service.field("FromUserName"), service.field("CardType")) == ("u1", "button_interaction")
    assert (await box.messages())[0]["pressed"][0]["key"] == "ok"


async def test_the_events_response_code_updates_the_card_once(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.send(card_to())
    await box.press()
    body = {"userids": ["u1"], "agentid": AGENT, "response_code": service.field("ResponseCode")}
    body["button"] = {"replace_name": "Approved"}
    codes = [(await box.call("update_template_card", body))["errcode"] for _ in range(2)]
    assert codes == [0, 42016]
    assert not (await box.messages())[0]["active"]


async def test_choices_travel_with_the_press(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.send(card_to(card=VOTE))
    await box.press("submit", "v1", selections={"q": ["1", "2"]})
    assert service.field("QuestionKey") == "q"
    assert service.texts[-1].count("<OptionId>") == 2
    assert "error" in await box.press("submit", "v1", selections={"q": ["9"]})


async def test_a_menu_makes_its_own_event_without_choices(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.send(card_to(card=TEXT | {"action_menu": MENU, "task_id": "t1"}))
    await box.press("mute")
    assert service.field("Event") == "template_card_menu_event"
    assert "SelectedItems" not in service.texts[-1]


async def test_a_menu_may_be_answered_in_words(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.send(card_to(card=TEXT | {"action_menu": MENU, "task_id": "t1"}))
    service.answer = service.reply("<MsgType>text</MsgType><Content>Noted</Content>")
    assert (await box.press("mute"))["reply"] == "text"
    assert (await box.messages())[-1]["body"] == {"content": "Noted"}


async def test_words_reach_the_service_with_a_message_id(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.say("设备 CT-3 ]]> <b>")
    assert service.field("Content") == "设备 CT-3 ]]> <b>"
    assert int(service.field("MsgId")) > 10**14
    assert (await box.messages())[0]["direction"] == "to_app"


async def test_a_text_reply_appears_on_the_phone(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    service.answer = service.reply("<MsgType>text</MsgType><Content>2 open cases</Content>")
    assert (await box.say("待办"))["reply"] == "text"
    assert (await box.messages())[-1]["body"] == {"content": "2 open cases"}


async def test_an_update_button_reply_greys_the_pressed_card(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.send(card_to("u1|u2"))
    inner = "<MsgType>update_button</MsgType><Button><ReplaceName>Noted</ReplaceName></Button>"
    service.answer = service.reply(inner)
    assert (await box.press())["reply"] == "update_button"
    assert (await box.messages("u1"))[0]["replace_name"] == "Noted"
    assert (await box.messages("u2"))[0]["active"]


async def test_a_card_reply_takes_the_place_of_the_pressed_card(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.send(card_to())
    line = "<HorizontalContentList><KeyName>By</KeyName><Value>Li</Value></HorizontalContentList>"
    service.answer = service.reply(
        "<MsgType>update_template_card</MsgType><TemplateCard><CardType>text_notice</CardType>"
        "<MainTitle><Title>Approved</Title></MainTitle>"
        f"{line.replace('KeyName', 'Keyname')}"
        "<CardAction><Type>1</Type><Url>https://h.example/c/1</Url></CardAction></TemplateCard>"
    )
    assert (await box.press())["reply"] == "update_template_card"
    assert (await box.messages())[0]["body"]["main_title"] == {"title": "Approved"}


@pytest.mark.parametrize(
    ("inner", "to"),
    [
        ("<MsgType>text</MsgType><Content>no text answers a press</Content>", "u1"),
        ("<MsgType>update_button</MsgType><Button><ReplaceName>x</ReplaceName></Button>", "u2"),
        ("<MsgType>update_button</MsgType>", "u1"),
        ("<MsgType>surprise</MsgType>", "u1"),
    ],
)
async def test_replies_that_do_not_fit_are_ignored(
    played: tuple[Sandbox, Service], inner: str, to: str
) -> None:
    box, service = played
    await box.send(card_to())
    service.answer = service.reply(inner, to)
    outcome = await box.press()
    assert outcome["outcome"] == "delivered"
    assert outcome["reply"].startswith("ignored: ")
    assert (await box.messages())[0]["active"]


async def test_a_service_that_is_too_slow_is_tried_four_times_with_the_same_text(
    played: tuple[Sandbox, Service],
) -> None:
    box, service = played
    never = asyncio.Event()

    async def slow(_: Service) -> web.Response:
        await never.wait()
        return web.Response()

    service.answer = slow
    outcome = await box.say("hello")
    assert (outcome["outcome"], len(outcome["attempts"])) == ("failed", 4)
    assert outcome["attempts"][0]["error"] == "no answer in time"
    assert (len(set(service.texts)), len(set(service.nonces))) == (1, 4)
    never.set()


async def test_a_service_that_comes_back_gets_the_callback(played: tuple[Sandbox, Service]) -> None:
    box, service = played
    await box.send(card_to())

    async def failing_twice(it: Service) -> web.Response:
        return web.Response(status=500 if len(it.texts) < 3 else 200)

    service.answer = failing_twice
    outcome = await box.press()
    assert outcome["outcome"] == "delivered"
    assert [attempt["status"] for attempt in outcome["attempts"]] == [500, 500, 200]


async def test_refused_callbacks_can_be_left_at_one_try() -> None:
    async with _playing(retry_refused_callbacks=False) as (box, service):

        async def refusing(_: Service) -> web.Response:
            return web.Response(status=403)

        service.answer = refusing
        assert len((await box.say("hello"))["attempts"]) == 1


async def test_a_grey_card_is_pressed_only_by_a_phone_that_has_not_heard(
    played: tuple[Sandbox, Service],
) -> None:
    box, service = played
    code = (await box.send(card_to()))["response_code"]
    card = button_card(button_list=[{"text": "Other", "key": "other"}], replace_text="Approved")
    body = {"userids": ["u1"], "agentid": AGENT, "response_code": code, "template_card": card}
    await box.call("update_template_card", body)
    assert "error" in await box.press()
    assert (await box.press(stale=True))["outcome"] == "delivered"
    assert service.field("EventKey") == "ok"


@pytest.mark.parametrize("press", [{"key": "none"}, {"task_id": "none"}, {"userid": "nobody"}])
async def test_only_what_is_on_the_phone_can_be_pressed(
    played: tuple[Sandbox, Service], press: dict[str, str]
) -> None:
    box, service = played
    await box.send(card_to())
    assert "error" in await box.press(**press)
    assert service.texts == []


async def test_the_address_is_verified_as_wecom_does(played: tuple[Sandbox, Service], box: Sandbox) -> None:
    playing, _ = played
    assert await playing.get(f"/sandbox/verify/{CORPID}/{AGENT}") == {"ok": True, "reason": ""}
    assert not (await box.get(f"/sandbox/verify/{CORPID}/{AGENT}"))["ok"]
