"""Delivery reports, pushed until the right answer comes (help.aliyun.com document 101867)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.sms_world import CHINA, Report, ReportAttempt, Sms
from bot.sandbox.world import World

MOST_ANSWER_BYTES = 100_000
TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class ReportTiming:
    """In seconds: from acceptance to the first push, between later ones, and how long an answer is waited for."""

    first_s: float = 1.5
    repeats_s: tuple[float, ...] = (60.0, 300.0, 600.0)
    answer_s: float = 5.0


class ReportPusher:
    """Pushes each report in a task of its own. `sleep` is the caller's, so that a test need not wait."""

    def __init__(
        self, world: World, timing: ReportTiming, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._world = world
        self._timing = timing
        self._sleep = sleep
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

    def tell_of(self, sms: Sms, url: str) -> None:
        """From now on push the report of that SMS."""
        task = asyncio.create_task(self._push(sms, url))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _push(self, sms: Sms, url: str) -> None:
        await self._sleep(self._timing.first_s)
        sms.report = report = Report(self._entry(sms))
        for pause in (*self._timing.repeats_s, None):
            if await self._attempt(report, url):
                report.outcome = "delivered"
                break
            if pause is None:
                report.outcome = "failed"
            else:
                await self._sleep(pause)
        self._world.touch()

    async def _attempt(self, report: Report, url: str) -> bool:
        attempt = ReportAttempt(self._world.now())
        report.attempts.append(attempt)
        self._world.touch()
        try:
            attempt.status, answer = await self._post(report, url)
        except (aiohttp.ClientError, TimeoutError) as error:
            attempt.error = "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
            return False
        return attempt.status == HTTPStatus.OK and _acknowledges(answer)

    async def _post(self, report: Report, url: str) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the sandbox is not running")
        limit = aiohttp.ClientTimeout(total=self._timing.answer_s)
        entries = [report.entry]
        async with self._session.post(url, json=entries, timeout=limit, allow_redirects=False) as response:
            return response.status, await response.content.read(MOST_ANSWER_BYTES)

    def _entry(self, sms: Sms) -> dict[str, Any]:
        faults = self._world.faults.sms
        return {
            "phone_number": sms.number,
            "send_time": sms.at.astimezone(CHINA).strftime(TIME),
            "report_time": self._world.now().astimezone(CHINA).strftime(TIME),
            "success": sms.arrived,
            "err_code": "DELIVERED" if sms.arrived else faults.undelivered_code,
            "err_msg": "用户接收成功" if sms.arrived else "用户未收到",
            "sms_size": str(sms.segments),
            "biz_id": sms.biz_id,
            "out_id": sms.out_id,
        }


def _acknowledges(answer: bytes) -> bool:
    try:
        body = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and body.get("code") == 0
