"""What providers push to the service's address: again and again until the right answer comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.reports import Report, ReportAttempt
from bot.sandbox.world import World

MOST_ANSWER_BYTES = 100_000


@dataclass(frozen=True)
class ReportTiming:
    """In seconds: from acceptance to the first push, between later ones, and how long an answer is waited for."""

    first_s: float = 1.5
    repeats_s: tuple[float, ...] = (60.0, 300.0, 600.0)
    answer_s: float = 5.0


@dataclass(frozen=True)
class Manner:
    """How a vendor pushes: one object or a list of them, which field of the answer must be zero, and how often."""

    in_a_list: bool
    zero: str
    most_repeats: int = 3


ALIYUN, TENCENT, TENCENT_LIST = Manner(True, "code"), Manner(False, "result", 2), Manner(True, "result", 2)


class Pusher:
    """Pushes each report in a task of its own. `sleep` is the caller's, so that a test need not wait."""

    def __init__(
        self, world: World, timing: ReportTiming, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._world = world
        self._timing = timing
        self.sleep = sleep
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open_session(self, _: web.Application) -> AsyncIterator[None]:
        """The application's clean-up context: what is still to be pushed ends with it."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as self._session:
            yield
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._session = None

    def tell(
        self, make: Callable[[], Report], url: str, manner: Manner, first_s: float | None = None
    ) -> None:
        """From now on push that report, which is made when it is pushed for the first time."""
        wait_s = self._timing.first_s if first_s is None else first_s
        task = asyncio.create_task(self._push(make, url, manner, wait_s))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _push(self, make: Callable[[], Report], url: str, manner: Manner, wait_s: float) -> None:
        await self.sleep(wait_s)
        report = make()
        for pause in (*self._timing.repeats_s[: manner.most_repeats], None):
            if await self._attempt(report, url, manner):
                report.outcome = "delivered"
                break
            if pause is None:
                report.outcome = "failed"
            else:
                await self.sleep(pause)
        self._world.touch()

    async def _attempt(self, report: Report, url: str, manner: Manner) -> bool:
        attempt = ReportAttempt(self._world.now())
        report.attempts.append(attempt)
        self._world.touch()
        body = [report.entry] if manner.in_a_list else report.entry
        try:
            attempt.status, answer = await self._post(body, url)
        except (aiohttp.ClientError, TimeoutError) as error:
            attempt.error = "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
            return False
        return attempt.status == HTTPStatus.OK and _acknowledges(answer, manner.zero)

    async def _post(self, body: Any, url: str) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the sandbox is not running")
        limit = aiohttp.ClientTimeout(total=self._timing.answer_s)
        async with self._session.post(url, json=body, timeout=limit, allow_redirects=False) as response:
            return response.status, await response.content.read(MOST_ANSWER_BYTES)


def _acknowledges(answer: bytes, zero: str) -> bool:
    try:
        body = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and body.get(zero) == 0
