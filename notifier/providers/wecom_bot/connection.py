"""One long connection of one robot: subscribed, kept alive, questions and answers told apart.

Source: developer.work.weixin.qq.com document 101463. The secret goes in the first frame, never in an address.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from notifier.channel import SendFailed, Verdict
from notifier.providers.wecom.errors import NOT_SUBSCRIBED, failure
from notifier.providers.wecom_bot.account import BotAccount
from notifier.providers.wecom_bot.frames import Cmd, Event, Frame, event_of, read_frame, written
from storage.texts import N_

CONNECT_S, ANSWER_S, PING_EVERY_S, MISSED_PINGS = 10.0, 5.0, 30.0, 2
MOST_FRAME_BYTES = 1_000_000
MOST_EVENTS = 1000


class Closed(Exception):
    """The connection ended, or cannot be made; `why` is a word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class BotConnection:
    """Made by `connected`. Events come by `events`, in the order in which they happened."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, ping_every_s: float) -> None:
        self._socket = socket
        self._ping_every_s = ping_every_s
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self.ended: asyncio.Task[None] | None = None
        self._given_up = asyncio.Event()
        self._events: asyncio.Queue[Event] = asyncio.Queue(MOST_EVENTS)

    @property
    def is_over(self) -> bool:
        """Does nothing go out any more?"""
        return self._socket.closed or self._given_up.is_set()

    async def ask(self, cmd: Cmd, body: Mapping[str, Any] | None = None, req_id: str = "") -> None:
        """Send, and wait until WeCom has taken it; raises SendFailed. `req_id` is that of the event it answers.

        A connection from which WeCom takes nothing any more ends at once, so that another one can be made.
        """
        known_as = req_id or f"{cmd}_{next(self._numbers)}"
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[known_as] = answer
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._socket.send_str(written(cmd, known_as, body))
                frame = await answer
        except (ConnectionError, aiohttp.ClientError, TimeoutError, Closed):
            raise _no_answer() from None
        finally:
            self._waiting.pop(known_as, None)
        if frame.errcode in NOT_SUBSCRIBED:
            self._given_up.set()
        if frame.errcode:
            raise failure(frame.errcode, frame.errmsg)

    async def events(self) -> AsyncIterator[Event]:
        """What happens, as long as somebody listens."""
        while True:
            yield await self._events.get()

    async def run(self) -> None:
        """Read and keep alive until the end; whoever still waits is told that there was no answer."""
        ends = [asyncio.create_task(end) for end in (self._read(), self._keep_alive(), self._given_up.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ends:
                task.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(Closed("ended"))

    async def _read(self) -> None:
        async for message in self._socket:
            frame = read_frame(message.data) if message.type is aiohttp.WSMsgType.TEXT else None
            if frame is not None:
                self._take(frame)

    def _take(self, frame: Frame) -> None:
        if not frame.cmd:
            waiting = self._waiting.get(frame.headers.req_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)
        elif (event := event_of(frame)) and not self._events.full():
            self._events.put_nowait(event)

    async def _keep_alive(self) -> None:
        missed = 0
        while missed < MISSED_PINGS:
            await asyncio.sleep(self._ping_every_s)
            try:
                await self.ask(Cmd.PING)
                missed = 0
            except SendFailed:
                missed += 1


@asynccontextmanager
async def connected(
    http: aiohttp.ClientSession, account: BotAccount, *, ping_every_s: float = PING_EVERY_S
) -> AsyncIterator[BotConnection]:
    """A subscribed connection. Raises `Closed` when it cannot be made, SendFailed when WeCom refuses the robot."""
    settings, secret = account.settings, account.secrets.secret.get_secret_value()
    socket = await _socket(http, account)
    connection = BotConnection(socket, ping_every_s=ping_every_s)
    connection.ended = asyncio.create_task(connection.run(), name="wecom-bot")
    try:
        await _subscribe(connection, {"bot_id": settings.bot_id, "secret": secret})
        yield connection
    finally:
        connection.ended.cancel()
        await asyncio.gather(connection.ended, return_exceptions=True)
        await socket.close()


async def _subscribe(connection: BotConnection, robot: Mapping[str, str]) -> None:
    """Raises SendFailed; no message was on its way yet, whatever became of it."""
    try:
        await connection.ask(Cmd.SUBSCRIBE, robot)
    except SendFailed as failed:
        failed.maybe_delivered = False
        raise


async def _socket(http: aiohttp.ClientSession, account: BotAccount) -> aiohttp.ClientWebSocketResponse:
    url, proxy = account.settings.base_url, account.settings.proxy or None
    try:
        async with asyncio.timeout(CONNECT_S):
            return await http.ws_connect(
                url, proxy=proxy, proxy_headers=account.proxy_headers, max_msg_size=MOST_FRAME_BYTES
            )
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        why = type(error).__name__
    raise Closed(why)


def _no_answer() -> SendFailed:
    return SendFailed(
        Verdict.TEMPORARY, "no-answer", N_("WeCom did not answer in time"), maybe_delivered=True
    )
