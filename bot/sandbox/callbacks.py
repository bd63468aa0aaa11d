"""Callbacks: what a person does on the phone, sent to the app's server as WeCom does.

Rules: developer.work.weixin.qq.com/document/path/90238 (five seconds, then up to three
more tries) and 90930 (the check of the address).
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from aiohttp import web

from bot.sandbox.crypto import CallbackCrypto
from bot.sandbox.errors import SandboxError
from bot.sandbox.events import request_body
from bot.sandbox.world import AppState, Attempt, Callback, World

TRIES = 4
MOST_REPLY_BYTES = 1_000_000


@dataclass(frozen=True)
class Timing:
    """How long WeCom waits, in seconds: for a callback's answer, and for a URL check's."""

    callback_s: float = 5.0
    verify_s: float = 1.0


class NoCallbackUrlError(SandboxError):
    """The app has no callback address, so nothing can be sent to it."""


class CallbackSender:
    """Sends sealed callbacks over one HTTP session, which lives as long as the application."""

    def __init__(self, world: World, timing: Timing) -> None:
        self._world = world
        self._timing = timing
        self._session: aiohttp.ClientSession | None = None

    async def open_session(self, _: web.Application) -> AsyncIterator[None]:
        """The application's clean-up context."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as self._session:
            yield
        self._session = None

    async def deliver(self, state: AppState, record: Callback, text: str) -> str:
        """Send until it is taken; the decrypted passive reply, or "" if there was none.

        Each try has a fresh nonce and time around the same text. The outcome is noted in
        `record`; raises `BadReplyError` for a reply that WeCom would ignore.
        """
        for number in range(1, TRIES + 1):
            slot = asyncio.get_running_loop().time() + self._timing.callback_s
            body = await self._attempt(state, record, text)
            if body is not None:
                return self._open(state, body)
            if number == TRIES or not self._again(record):
                break
            await asyncio.sleep(slot - asyncio.get_running_loop().time())
        record.outcome = "failed"
        self._world.touch()
        return ""

    async def verify(self, state: AppState) -> tuple[bool, str]:
        """Play the check WeCom makes when the address is saved: (passed, why not)."""
        crypto = self._crypto(state)
        echo = str(self._world.rng.randrange(10**18, 10**19))
        sealed = crypto.seal(echo)
        query = sealed.query() | {"echostr": sealed.encrypt}
        limit = aiohttp.ClientTimeout(total=self._timing.verify_s)
        try:
            async with self._http().get(_url(state), params=query, timeout=limit) as response:
                body = await response.content.read(MOST_REPLY_BYTES)
        except (aiohttp.ClientError, TimeoutError) as error:
            return False, _name(error)
        if response.status != HTTPStatus.OK:
            return False, f"HTTP {response.status}"
        return body == echo.encode(), "" if body == echo.encode() else "not the plain echostr"

    async def _attempt(self, state: AppState, record: Callback, text: str) -> str | None:
        """The body of an answer with status 200, else None."""
        attempt = Attempt(self._world.now())
        record.attempts.append(attempt)
        self._world.touch()
        try:
            attempt.status, body = await self._post(state, text)
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
            attempt.error = _name(error)
            return None
        if attempt.status != HTTPStatus.OK:
            return None
        record.outcome = "delivered"
        return body

    async def _post(self, state: AppState, text: str) -> tuple[int, str]:
        sealed = self._crypto(state).seal(text)
        body = request_body(state.corp.corpid, state.app.agentid, sealed.encrypt)
        async with self._http().post(
            _url(state),
            params=sealed.query(),
            data=body.encode(),
            headers={"Content-Type": "text/xml"},
            timeout=aiohttp.ClientTimeout(total=self._timing.callback_s),
            allow_redirects=False,
        ) as response:
            answer = await response.content.read(MOST_REPLY_BYTES)
            return response.status, answer.decode()

    def _again(self, record: Callback) -> bool:
        refused = record.attempts[-1].status is not None
        return not refused or self._world.config.retry_refused_callbacks

    def _open(self, state: AppState, body: str) -> str:
        self._world.touch()
        # The documentation lets a server answer nothing, or this word, if it has no reply.
        if body.strip() in ("", "success"):
            return ""
        return self._crypto(state).open_reply(body)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the sandbox is not running")
        return self._session

    def _crypto(self, state: AppState) -> CallbackCrypto:
        return CallbackCrypto(state.corp.corpid, state.app, self._world.now, self._world.rng)


def _url(state: AppState) -> str:
    if not state.app.callback_url:
        raise NoCallbackUrlError(f"app {state.app.agentid} has no callback_url")
    return state.app.callback_url


def _name(error: BaseException) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
