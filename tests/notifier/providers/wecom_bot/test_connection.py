"""The long connection: pings, an end that is noticed, a secret that never shows, and frames of strangers."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from hypothesis import given

from bot.sandbox.api_models import content_of
from notifier.channel import Account, Content, SendFailed
from notifier.providers.wecom_bot.account import account_of
from notifier.providers.wecom_bot.channel import MARKDOWN_BYTES, WeComBotChannel
from notifier.providers.wecom_bot.connection import Closed, connected
from notifier.providers.wecom_bot.frames import Cmd, Pressed, event_of, read_frame
from tests.support.channel_contents import ManualClock, content, contents
from tests.support.robot_town import BOT, ROBOT, SECRET
from tests.support.sandbox import Sandbox, config_entry, sandbox

CARD = {"msgtype": "markdown", "markdown": {"content": "hello"}}


def robot(box: Sandbox, secret: str = SECRET) -> Account:
    url = str(box.http.make_url("/bots")).replace("http://", "ws://")
    return Account(1, {"bot_id": BOT, "base_url": url}, {"secret": secret})


async def state(box: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = (await box.get("/sandbox/state"))["bots"]["bots"][0]
    return found


async def test_a_connection_is_kept_alive_by_pings() -> None:
    async with sandbox(config_entry(bots=[ROBOT])) as box, aiohttp.ClientSession() as http:
        async with connected(http, account_of(robot(box)), ping_every_s=0.01), asyncio.timeout(10):
            while (await state(box))["pings"] < 3:  # noqa: ASYNC110 - of another program
                await asyncio.sleep(0.01)
        assert (await state(box))["connections"] == 1


async def test_a_wrong_secret_is_refused_and_never_shown() -> None:
    async with sandbox(config_entry(bots=[ROBOT])) as box, aiohttp.ClientSession() as http:
        with pytest.raises(SendFailed) as refused:
            async with connected(http, account_of(robot(box, "sandbox-wrong"))):
                pass
    assert (refused.value.code, "sandbox-wrong" in repr(refused.value)) == ("40001", False)


async def test_the_thirty_first_message_in_a_minute_is_refused_and_an_unknown_member_too() -> None:
    async with (
        sandbox(config_entry(bots=[ROBOT])) as box,
        aiohttp.ClientSession() as http,
        connected(http, account_of(robot(box))) as connection,
    ):
        for _ in range(30):
            await connection.ask(Cmd.SEND, {"chatid": "u1", **CARD})
        codes = []
        for chat in ("u1", "nobody"):
            with pytest.raises(SendFailed) as refused:
                await connection.ask(Cmd.SEND, {"chatid": chat, **CARD})
            codes.append(refused.value.code)
    assert codes == ["45009", "81013"]


async def test_whoever_waits_when_the_connection_ends_is_told_that_nobody_knows() -> None:
    async with (
        sandbox(config_entry(bots=[ROBOT])) as box,
        aiohttp.ClientSession() as http,
        connected(http, account_of(robot(box))) as connection,
    ):
        await box.faults(wecom={"accept_then_drop_connection": 1})
        with pytest.raises(SendFailed) as lost:
            await connection.ask(Cmd.SEND, {"chatid": "u1", **CARD})
        assert lost.value.maybe_delivered
        assert connection.ended is not None
        await connection.ended


async def test_a_connection_from_which_wecom_takes_nothing_any_more_ends_at_once() -> None:
    async with (
        sandbox(config_entry(bots=[ROBOT])) as box,
        aiohttp.ClientSession() as http,
        connected(http, account_of(robot(box))) as connection,
    ):
        await box.faults(wecom={"errcode": 846609, "errcode_times": 1})
        with pytest.raises(SendFailed) as refused:
            await connection.ask(Cmd.SEND, {"chatid": "u1", **CARD})
        assert (refused.value.code, refused.value.maybe_delivered) == ("846609", False)
        assert connection.ended is not None
        async with asyncio.timeout(5):
            await connection.ended


async def test_a_newer_connection_takes_the_place_of_the_older_one() -> None:
    async with sandbox(config_entry(bots=[ROBOT])) as box, aiohttp.ClientSession() as http:
        account = account_of(robot(box))
        async with connected(http, account) as older, connected(http, account):
            async for event in older.events():
                assert type(event).__name__ == "TakenOver"
                break


async def test_nobody_who_answers_is_a_reason_in_one_word() -> None:
    account = Account(1, {"bot_id": BOT, "base_url": "ws://127.0.0.1:9"}, {"secret": SECRET})
    async with aiohttp.ClientSession() as http:
        with pytest.raises(Closed) as closed:
            async with connected(http, account_of(account)):
                pass
    assert closed.value.why == "ClientConnectorError"


def test_a_proxys_password_stands_among_the_secrets_and_never_in_its_address() -> None:
    settings = {"bot_id": BOT, "proxy": "http://proxy.example:3128", "proxy_user": "house"}
    known = account_of(Account(1, settings, {"secret": SECRET, "proxy_password": "made-up"}))
    assert known.proxy_headers == {"Proxy-Authorization": "Basic aG91c2U6bWFkZS11cA=="}
    assert "made-up" not in repr(known)
    with pytest.raises(SendFailed):
        account_of(
            Account(1, {**settings, "proxy": "http://house:made-up@proxy.example"}, {"secret": SECRET})
        )


def test_what_was_chosen_is_read_in_either_published_shape() -> None:
    items = [{"question_key": "grade", "option_ids": {"option_id": ["I"]}}]
    for selected in ({"selected_item": items}, items):
        told = {"task_id": "t", "event_key": "ok", "selected_items": selected}
        inner = {"eventtype": "template_card_event", "template_card_event": told}
        body = {"msgid": "m", "from": {"userid": "u1"}, "msgtype": "event", "event": inner}
        frame = read_frame(json.dumps({"cmd": Cmd.EVENT, "headers": {"req_id": "r"}, "body": body}))
        assert frame is not None
        event = event_of(frame)
        assert isinstance(event, Pressed)
        assert (event.selected, event.chat) == ({"grade": ("I",)}, "u1")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cmd": 5}', '{"cmd": "aibot_event_callback", "body": {"event": 3}}']
)
def test_what_is_no_frame_or_tells_nothing_is_left_alone(text: str) -> None:
    frame = read_frame(text)
    assert frame is None or event_of(frame) is None


@given(contents)
def test_wecom_takes_whatever_is_composed(what: Content) -> None:
    account = Account(1, {"bot_id": BOT}, {"secret": SECRET})
    body = WeComBotChannel(None, ManualClock()).compose(what, "u1", account)
    if body["msgtype"] == "template_card":
        content_of(body, "template_card")
    else:
        assert len(body["markdown"]["content"].encode()) <= MARKDOWN_BYTES


def test_a_chat_that_is_none_is_never_written_to() -> None:
    channel = WeComBotChannel(None, ManualClock())
    with pytest.raises(SendFailed):
        channel.compose(content(), "@all|x", Account(1, {"bot_id": BOT}, {"secret": SECRET}))
