"""The stand-in keeps the published rules of the Bot API."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError

from bot.sandbox.errors import RealCredentialsError
from tests.support.telegram import ANN, BOB, BOT, SHY, WEBHOOK_SECRET, Telegram, bot_entry, cast, telegram


@pytest.fixture
async def box() -> AsyncIterator[Telegram]:
    async with telegram() as running:
        yield running


def keyboard(**button: str) -> str:
    return json.dumps({"inline_keyboard": [[{"text": "Yes", **button}]]})


async def test_message_arrives_with_its_buttons(box: Telegram) -> None:
    html = "<b>CT</b> &lt;3&gt;"
    _, answer = await box.call(
        "sendMessage", chat_id=ANN, text=html, parse_mode="HTML", reply_markup=keyboard(callback_data="m:yes")
    )
    (message,) = await box.messages()
    assert answer["result"]["message_id"] == message["id"]
    assert (message["text"], message["html"]) == ("CT <3>", "<b>CT</b> &lt;3&gt;")
    assert message["keyboard"] == [[{"text": "Yes", "callback_data": "m:yes"}]]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "🏥" * 2049}, "message is too long"),
        ({"text": "  "}, "message text is empty"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "<p>x</p>", "parse_mode": "HTML"}, "Unsupported start tag"),
        ({"text": "x", "chat_id": 99}, "chat not found"),
        ({"text": "x", "reply_markup": keyboard(callback_data="x" * 65)}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard(url="javascript:1")}, "BUTTON_URL_INVALID"),
        ({"text": "x", "reply_markup": keyboard()}, "text buttons are unallowed"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply_markup"),
    ],
)
async def test_what_telegram_refuses_is_refused(box: Telegram, fields: dict[str, Any], words: str) -> None:
    status, answer = await box.call("sendMessage", **({"chat_id": ANN} | fields))
    assert (status, answer["ok"], answer["error_code"]) == (400, False, 400)
    assert words in answer["description"]


async def test_longest_text_is_taken(box: Telegram) -> None:
    status, _ = await box.call(
        "sendMessage", chat_id=ANN, parse_mode="HTML", text="<b>" + "&amp;" * 4096 + "</b>"
    )
    assert status == 200


async def test_bot_may_write_only_to_those_who_wrote_first_and_did_not_block_it(box: Telegram) -> None:
    status, answer = await box.call("sendMessage", chat_id=SHY, text="x")
    assert (status, answer["description"]) == (403, "Forbidden: bot can't initiate conversation with a user")
    await box.say("/start", SHY)
    assert (await box.call("sendMessage", chat_id=SHY, text="x"))[0] == 200
    await box.faults(blocked=[SHY])
    assert (await box.call("sendMessage", chat_id=SHY, text="x"))[0] == 403


async def test_more_than_a_short_burst_is_told_to_wait(box: Telegram) -> None:
    answers = [await box.call("sendMessage", chat_id=ANN, text=f"{n}") for n in range(4)]
    assert [status for status, _ in answers] == [200, 200, 200, 429]
    assert answers[-1][1]["parameters"] == {"retry_after": 1}
    assert (await box.call("sendMessage", chat_id=BOB, text="another chat"))[0] == 200


async def test_ordered_flood_and_wrong_tokens(box: Telegram) -> None:
    await box.faults(flood_times=1, retry_after=7)
    assert (await box.call("getMe"))[1]["parameters"] == {"retry_after": 7}
    assert (await box.call("getMe"))[1]["result"]["username"] == BOT
    assert (await box.call("getMe", token="222222:sandbox-other"))[0] == 401
    assert (await box.call("getMe", token="nonsense"))[0] == 404
    assert (await box.call("sendPhoto"))[0] == 404


async def test_edit_changes_what_is_shown_and_refuses_what_is_the_same(box: Telegram) -> None:
    _, sent = await box.call("sendMessage", chat_id=ANN, text="x", reply_markup=keyboard(callback_data="m:y"))
    number = sent["result"]["message_id"]
    assert (await box.call("editMessageReplyMarkup", chat_id=ANN, message_id=number))[0] == 200
    assert (await box.call("editMessageText", chat_id=ANN, message_id=number, text="y"))[0] == 200
    (message,) = await box.messages()
    assert (message["text"], message["keyboard"], message["edits"]) == ("y", [], 2)
    _, same = await box.call("editMessageText", chat_id=ANN, message_id=number, text="y")
    assert "message is not modified" in same["description"]
    _, gone = await box.call("editMessageText", chat_id=ANN, message_id=number + 99, text="y")
    assert "message to edit not found" in gone["description"]


class Door:
    """A bot's server: keeps updates, and answers as it is told."""

    def __init__(self) -> None:
        self.updates: list[tuple[str | None, dict[str, Any]]] = []
        self.statuses: list[int] = []
        self.answer: Any = None

    async def post(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.updates.append((secret, await request.json()))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.answer, status=status) if self.answer else web.Response(status=status)


@pytest.fixture
async def door() -> Door:
    return Door()


@pytest.fixture
async def served(door: Door) -> AsyncIterator[Telegram]:
    app = web.Application()
    app.router.add_post("/telegram/1", door.post)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        telegram(cast(f"http://127.0.0.1:{server.port}/telegram/1")) as box,
    ):
        yield box


async def test_press_sends_the_callback_query_and_shows_its_answer_once(served: Telegram, door: Door) -> None:
    _, sent = await served.call(
        "sendMessage", chat_id=ANN, text="x", reply_markup=keyboard(callback_data="m:y")
    )
    pressed = await served.press(sent["result"]["message_id"], "m:y")
    ((secret, update),) = door.updates
    query = update["callback_query"]
    assert (secret, query["data"], query["from"]["id"]) == (WEBHOOK_SECRET, "m:y", ANN)
    assert pressed["outcome"] == "delivered"
    fields = {"callback_query_id": query["id"], "text": "done"}
    assert (await served.call("answerCallbackQuery", **(fields | {"text": "x" * 201})))[0] == 400
    assert (await served.call("answerCallbackQuery", **fields))[0] == 200
    assert (await served.call("answerCallbackQuery", **fields))[0] == 400


async def test_method_in_the_answer_is_done_and_a_wrong_one_is_not(served: Telegram, door: Door) -> None:
    door.answer = {"method": "sendMessage", "chat_id": ANN, "text": "hello"}
    assert (await served.say("hi"))["reply"] == "sendMessage"
    assert [message["text"] for message in await served.messages()] == ["hi", "hello"]
    door.answer = {"method": "sendMessage", "chat_id": ANN, "text": ""}
    assert (await served.say("hi"))["reply"].startswith("ignored: 400")


async def test_update_comes_again_until_it_is_taken(served: Telegram, door: Door) -> None:
    door.statuses = [503, 500]
    record = await served.say("hi")
    assert [attempt["status"] for attempt in record["attempts"]] == [503, 500, 200]
    assert len({update["update_id"] for _, update in door.updates}) == 1
    door.statuses = [503] * 4
    assert (await served.say("hi"))["outcome"] == "failed"


async def test_button_that_is_not_there_cannot_be_pressed(box: Telegram) -> None:
    _, sent = await box.call("sendMessage", chat_id=ANN, text="x")
    assert "no such button" in (await box.press(sent["result"]["message_id"], "m:y"))["error"]


async def test_page_shows_bubbles_and_takes_its_forms(served: Telegram, door: Door) -> None:
    await served.call("sendMessage", chat_id=ANN, text="<b>x</b>", reply_markup=keyboard(callback_data="m:y"))
    (message,) = await served.messages()
    form = {"bot": BOT, "chat_id": ANN, "message_id": message["id"], "data": "m:y"}
    async with served.http.post("/telegram/press?person=0", data=form) as response:
        page = await response.text()
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "Delivered to the service" in page
    async with served.http.post(
        "/telegram/say", data={"bot": BOT, "chat_id": ANN, "text": "/todo"}
    ) as response:
        assert "/todo" in await response.text()
    assert [("callback_query" in update) for _, update in door.updates] == [True, False]
    async with served.http.post("/telegram/say", data={"chat_id": "x"}) as response:
        assert response.status == 200
    async with served.http.post("/telegram/say", data={"chat_id": "x", "text": "y"}) as response:
        assert response.status == 400


@pytest.mark.parametrize("token", ["123456:AAE-real-looking", "sandbox-1", "987654:sandbox-"])
def test_token_that_could_be_real_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(RealCredentialsError) as caught:
        cast(telegram_bots=[bot_entry(token=token)])
    assert token not in str(caught.value)


def test_webhook_beyond_this_machine_is_refused() -> None:
    with pytest.raises(RealCredentialsError):
        cast("https://hospital.example/telegram/1")
    with pytest.raises(ValidationError):
        cast(people=[{"name": "Nobody", "telegram": 7}])


async def test_webhook_can_be_set_only_to_this_machine(box: Telegram) -> None:
    assert (await box.call("setWebhook", url="http://127.0.0.1:9/x", secret_token="s"))[0] == 200
    assert (await box.call("setWebhook", url="https://hospital.example/x"))[0] == 400
    assert (await box.call("setWebhook", url="http://127.0.0.1:9/x", secret_token="no spaces"))[0] == 400
