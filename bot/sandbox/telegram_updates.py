"""Updates: what a person does in Telegram, sent to the bot's webhook until it is taken.

Rules: core.telegram.org/bots/api#setwebhook (secret token, tries until 2xx) and "Making requests when getting
updates" (a method in the answer).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.telegram_errors import BotApiError
from bot.sandbox.telegram_methods import METHODS
from bot.sandbox.telegram_world import BotState, TgAttempt, TgUpdate
from bot.sandbox.world import World

TRIES = 4
MOST_REPLY_BYTES = 1_000_000
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


@dataclass(frozen=True)
class UpdateTiming:
    """In seconds: how long an answer is waited for, and how long until the next try."""

    answer_s: float = 10.0
    again_s: float = 2.0


class UpdateSender:
    """Sends updates over one HTTP session, which lives as long as the application."""

    def __init__(self, world: World, timing: UpdateTiming) -> None:
        self._world = world
        self._timing = timing
        self._session: aiohttp.ClientSession | None = None

    async def open_session(self, _: web.Application) -> AsyncIterator[None]:
        """The application's clean-up context."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as self._session:
            yield
        self._session = None

    async def deliver(self, state: BotState, record: TgUpdate, body: dict[str, Any]) -> None:
        """Send until it is taken, and do what the answer asks for; all is noted in `record`."""
        for number in range(1, TRIES + 1):
            if await self._attempt(state, record, body):
                break
            if number < TRIES:
                await asyncio.sleep(self._timing.again_s)
        else:
            record.outcome = "failed"
        self._world.touch()

    async def _attempt(self, state: BotState, record: TgUpdate, body: dict[str, Any]) -> bool:
        attempt = TgAttempt(self._world.now())
        record.attempts.append(attempt)
        self._world.touch()
        try:
            attempt.status, answer = await self._post(state, body)
        except (aiohttp.ClientError, TimeoutError) as error:
            attempt.error = "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
            return False
        if not HTTPStatus.OK <= attempt.status < HTTPStatus.MULTIPLE_CHOICES:
            return False
        record.outcome = "delivered"
        record.reply = self._do(state, answer)
        return True

    async def _post(self, state: BotState, body: dict[str, Any]) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the sandbox is not running")
        headers = {SECRET_HEADER: state.secret_token} if state.secret_token else {}
        async with self._session.post(
            state.webhook_url or "",
            json=body,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=self._timing.answer_s),
            allow_redirects=False,
        ) as response:
            return response.status, await response.content.read(MOST_REPLY_BYTES)

    def _do(self, state: BotState, answer: bytes) -> str | None:
        """Call the method in the answer; its result is told to nobody, as with Telegram."""
        try:
            fields = json.loads(answer) if answer.strip() else None
        except ValueError:
            return "ignored: no JSON"
        if not isinstance(fields, dict) or "method" not in fields:
            return None
        name = str(fields["method"])
        if name not in METHODS:
            return f"ignored: {name}"
        try:
            METHODS[name](self._world, state, fields)
        except BotApiError as error:
            return f"ignored: {error}"
        return name
