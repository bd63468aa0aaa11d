"""A sandbox with one corporation, moved by a clock of the test's own, and its client."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.sandbox.app import Surroundings, build_app
from bot.sandbox.callbacks import Timing
from bot.sandbox.clock import ClockControl
from bot.sandbox.config import SandboxConfig
from bot.sandbox.pushes import ReportTiming
from bot.sandbox.stories import StoryControl

CORPID = "ww-sandbox-one"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
AGENT, MUTE_AGENT = 1000002, 1000003


class FakeTime:
    """Real time as a test wants it."""

    def __init__(self) -> None:
        self._start = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
        self._passed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def advance(self, seconds: float) -> None:
        self._passed += seconds


def app_entry(agentid: int = AGENT, callback_url: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "agentid": agentid,
        "secret": f"sandbox-secret-{agentid}",
        "token": "QDG6eK",
        "encoding_aes_key": AES_KEY,
        "name": "Equipment",
        "callback_url": callback_url,
    } | more


def config_entry(**more: Any) -> dict[str, Any]:
    return {
        "corps": [
            {
                "corpid": CORPID,
                "name": "Hospital One",
                "apps": [app_entry(callback_url="http://127.0.0.1:9/wecom"), app_entry(MUTE_AGENT)],
                "members": [{"userid": f"u{n}", "name": f"Engineer {n}"} for n in (1, 2, 3)],
            }
        ],
        "mailboxes": [{"address": "u1@hospital.example", "name": "Engineer 1"}],
        "people": [
            {"name": "Engineer 1", "userid": "u1", "corpid": CORPID, "mail": "u1@hospital.example"},
            {"name": "Engineer 2", "userid": "u2", "corpid": CORPID},
        ],
    } | more


def with_callback(url: str | URL, **more: Any) -> dict[str, Any]:
    entry = config_entry(**more)
    entry["corps"][0]["apps"][0]["callback_url"] = str(url)
    return entry


@dataclass
class Sandbox:
    """A client of the stand-in that knows how to ask it for things."""

    http: TestClient[web.Request, web.Application]
    time: FakeTime
    token: str = ""

    async def gettoken(self, corpid: str = CORPID, secret: str = f"sandbox-secret-{AGENT}") -> dict[str, Any]:
        query = {"corpid": corpid, "corpsecret": secret}
        answer: dict[str, Any] = await self.get("/cgi-bin/gettoken", query)
        return answer

    async def sign_in(self, agentid: int = AGENT) -> None:
        self.token = (await self.gettoken(secret=f"sandbox-secret-{agentid}"))["access_token"]

    async def get(self, path: str, query: dict[str, str] | None = None) -> Any:
        async with self.http.get(path, params=query) as response:
            return await response.json()

    async def call(self, api: str, body: Any) -> dict[str, Any]:
        url = f"/cgi-bin/message/{api}?access_token={self.token}"
        kind = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.http.post(url, **kind) as response:
            assert response.status == 200
            answer: dict[str, Any] = await response.json()
            return answer

    async def send(self, body: Any) -> dict[str, Any]:
        return await self.call("send", body)

    async def send_code(self, body: Any) -> int:
        return int((await self.send(body))["errcode"])

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.http.post(path, json=body) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def faults(self, **order: Any) -> None:
        await self.post("/sandbox/faults", order)

    async def member(self, userid: str = "u1") -> dict[str, Any]:
        members = (await self.get("/sandbox/state"))["members"]
        return next(member for member in members if member["userid"] == userid)

    async def messages(self, userid: str = "u1") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.member(userid))["messages"]
        return found

    async def press(self, key: str = "ok", task_id: str = "t1", **more: Any) -> dict[str, Any]:
        order = {"corpid": CORPID, "agentid": AGENT, "userid": "u1", "task_id": task_id, "key": key}
        return await self.post("/sandbox/press", order | more)

    async def say(self, text: str) -> dict[str, Any]:
        order = {"corpid": CORPID, "agentid": AGENT, "userid": "u1", "text": text}
        return await self.post("/sandbox/say", order)


@asynccontextmanager
async def sandbox(
    entry: dict[str, Any] | None = None,
    *,
    timing: Timing | None = None,
    clock_control: ClockControl | None = None,
    stories: StoryControl | None = None,
    report_timing: ReportTiming | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncIterator[Sandbox]:
    """A running stand-in, signed in as the first app."""
    time = FakeTime()
    around = Surroundings(
        time.now,
        time.monotonic,
        random.Random(7),
        clock_control=clock_control,
        stories=stories,
        timing=timing or Timing(),
        report_timing=report_timing or ReportTiming(),
        sleep=sleep,
    )
    app = build_app(SandboxConfig.model_validate(entry or config_entry()), around)
    async with TestClient(TestServer(app)) as client:
        box = Sandbox(client, time)
        await box.sign_in()
        yield box


def text_to(touser: str = "u1", content: str = "hello", **more: Any) -> dict[str, Any]:
    return {"touser": touser, "msgtype": "text", "agentid": AGENT, "text": {"content": content}} | more


def card_to(touser: str = "u1", card: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    head = {"touser": touser, "msgtype": "template_card", "agentid": AGENT}
    return head | {"template_card": card or button_card()} | more


def button_card(task_id: str = "t1", **more: Any) -> dict[str, Any]:
    return {
        "card_type": "button_interaction",
        "task_id": task_id,
        "main_title": {"title": "Repair of CT-3", "desc": "Tube is hot"},
        "button_list": [
            {"text": "Approve", "style": 1, "key": "ok"},
            {"text": "Reject", "style": 2, "key": "no"},
        ],
    } | more
