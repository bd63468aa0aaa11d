"""Whatever comes back from where the Bot API should be is a typed failure, and ends no listener by itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from notifier.channel import Account, Gone, SendFailed, Verdict
from notifier.providers.telegram.channel import TelegramChannel
from tests.support.channel_contents import content
from tests.support.telegram import BOT, TOKEN

FORBIDDEN = b'{"ok":false,"description":"Forbidden: %s"}'


@asynccontextmanager
async def answering(status: int, body: bytes) -> AsyncIterator[Callable[[str], Awaitable[SendFailed]]]:
    """Send to a chat, at a server that answers just this."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with TestServer(app, host="127.0.0.1") as server, aiohttp.ClientSession() as http:
        channel = TelegramChannel(http)
        url = str(server.make_url("")).rstrip("/")
        account = Account(8, {"bot_username": BOT, "base_url": url}, {"token": TOKEN})

        async def refused(chat: str) -> SendFailed:
            with pytest.raises(SendFailed) as caught:
                await channel.send(channel.compose(content(), chat, account), chat, account)
            return caught.value

        yield refused


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b"", Verdict.TEMPORARY),
        (200, b"[" * 100_000, Verdict.TEMPORARY),
        (200, b'{"ok":true,"result":true}', Verdict.TEMPORARY),
        (200, b'{"ok":true,"result":{}}', Verdict.TEMPORARY),
        (400, b'{"ok":false,"parameters":{"migrate_to_chat_id":"x"},"description":"d"}', Verdict.PERMANENT),
        (502, b"<html>", Verdict.TEMPORARY),
    ],
)
async def test_an_odd_answer_is_a_typed_failure(status: int, body: bytes, verdict: Verdict) -> None:
    async with answering(status, body) as refused:
        for chat in ("42", "-4242"):
            assert (await refused(chat)).verdict is verdict


@pytest.mark.parametrize(
    ("body", "ends"),
    [
        (FORBIDDEN % b"bot was kicked from the supergroup chat", True),
        (FORBIDDEN % b"bot is not a member of the channel chat", True),
        (FORBIDDEN % b"the group chat was deleted", True),
        (FORBIDDEN % b"something new", False),
        (b"<html>403 Forbidden by the proxy</html>", False),
    ],
)
async def test_only_telegrams_own_words_say_that_a_group_wants_no_more(body: bytes, ends: bool) -> None:
    async with answering(403, body) as refused:
        assert isinstance(await refused("-4242"), Gone) is ends
        assert not isinstance(await refused("42"), Gone)
