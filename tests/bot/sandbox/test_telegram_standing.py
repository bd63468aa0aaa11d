"""Blocking, putting out, and moving: what the stand-in then answers, and what it tells the bot's server."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from notifier.channel import Blocked, Gone, SendFailed, Verdict
from notifier.providers.telegram.channel import TelegramChannel
from tests.support.channel_contents import content
from tests.support.telegram import ANN, BOT, GROUP, WEBHOOK_SECRET, Telegram, telegram

NEW = -1009999


@pytest.fixture
async def box() -> AsyncIterator[Telegram]:
    async with telegram() as made:
        yield made


async def stand(box: Telegram, chat: int, status: str) -> str:
    told = await box.post("telegram/stand", {"bot": BOT, "chat_id": chat, "status": status})
    return str(told["what"])


async def sent(box: Telegram, chat: int) -> tuple[int, str]:
    status, answer = await box.call("sendMessage", chat_id=str(chat), text="hello")
    return status, str(answer.get("description", ""))


@pytest.mark.parametrize(
    ("chat", "status", "refusal"),
    [
        (ANN, "kicked", (403, "Forbidden: bot was blocked by the user")),
        (GROUP, "kicked", (403, "Forbidden: bot was kicked from the supergroup chat")),
        (GROUP, "left", (403, "Forbidden: bot was kicked from the supergroup chat")),
        (GROUP, "restricted", (400, "Bad Request: not enough rights to send text messages to the chat")),
    ],
)
async def test_where_a_bot_may_not_write_it_is_refused_until_it_may(
    box: Telegram, chat: int, status: str, refusal: tuple[int, str]
) -> None:
    assert await stand(box, chat, status) == f"my_chat_member {status}"
    assert await sent(box, chat) == refusal
    await stand(box, chat, "member")
    assert (await sent(box, chat))[0] == 200


@pytest.mark.parametrize(("chat", "failure"), [(ANN, Blocked), (GROUP, Gone)])
async def test_the_channel_knows_who_wants_nothing_more(
    box: Telegram, chat: int, failure: type[SendFailed]
) -> None:
    await stand(box, chat, "kicked")
    async with aiohttp.ClientSession() as http:
        channel, account = TelegramChannel(http), box.account()
        with pytest.raises(failure) as caught:
            await channel.send(channel.compose(content(), str(chat), account), str(chat), account)
    assert caught.value.verdict is Verdict.PERMANENT


async def test_a_group_that_moved_names_its_new_id_and_is_there(box: Telegram) -> None:
    await box.post("telegram/move", {"bot": BOT, "chat_id": GROUP, "new_id": NEW})
    status, answer = await box.call("sendMessage", chat_id=str(GROUP), text="hello")
    assert (status, answer["parameters"]) == (400, {"migrate_to_chat_id": NEW})
    assert (await sent(box, NEW))[0] == 200


@pytest.mark.parametrize(
    ("asked", "comes"), [('["message"]', False), ('["message","my_chat_member"]', True), ("[]", True)]
)
async def test_a_bot_hears_only_of_what_it_asked_for(box: Telegram, asked: str, comes: bool) -> None:
    url = "http://127.0.0.1:9/telegram"
    await box.call("setWebhook", url=url, secret_token=WEBHOOK_SECRET, allowed_updates=asked)
    told = await box.post("telegram/stand", {"bot": BOT, "chat_id": ANN, "status": "kicked"})
    assert (len(told["attempts"]) > 0) is comes
