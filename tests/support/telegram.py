"""The stand-in of Telegram with one bot, as tests talk to it."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.app import Surroundings, build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.telegram_updates import UpdateTiming
from notifier.channel import Account

TOKEN = "111111:sandbox-token-of-a-bot"
WEBHOOK_SECRET = "made-up-webhook-secret"
BOT = "demo_bot"
ANN, BOB, SHY = 42, 43, 44
GROUP = -1001234567890


def bot_entry(webhook_url: str | None = "http://127.0.0.1:9/telegram", **more: Any) -> dict[str, Any]:
    return {
        "token": TOKEN,
        "username": BOT,
        "name": "Equipment",
        "webhook_url": webhook_url,
        "secret_token": WEBHOOK_SECRET,
    } | more


def cast(webhook_url: str | None = "http://127.0.0.1:9/telegram", **more: Any) -> SandboxConfig:
    """Ann and Bob have written to the bot before, Shy has not."""
    users = [{"id": ANN, "name": "Ann"}, {"id": BOB, "name": "Bob", "language_code": "en"}]
    users.append({"id": SHY, "name": "Shy", "started": False})
    entry = {"corps": [], "telegram_bots": [bot_entry(webhook_url)], "telegram_users": users}
    entry["telegram_groups"] = [{"id": GROUP, "name": "Equipment group"}]
    people = [{"name": "Ann", "telegram": ANN}]
    return SandboxConfig.model_validate(entry | {"people": people} | more)


@dataclass
class Telegram:
    """A client of the stand-in."""

    http: TestClient[web.Request, web.Application]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.port}"

    def account(self, **settings: Any) -> Account:
        given = {"bot_username": BOT, "base_url": self.url, **settings}
        return Account(8, given, {"token": TOKEN, "webhook_secret": WEBHOOK_SECRET})

    async def call(self, method: str, token: str = TOKEN, **fields: Any) -> tuple[int, dict[str, Any]]:
        async with self.http.post(f"/bot{token}/{method}", data=fields) as response:
            return response.status, await response.json()

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.http.post(f"/sandbox/{path}", json=body) as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def faults(self, **telegram: Any) -> None:
        await self.post("faults", {"telegram": telegram})

    async def messages(self, chat_id: int = ANN) -> list[dict[str, Any]]:
        async with self.http.get("/sandbox/state") as response:
            chats = (await response.json())["telegram"]["chats"]
        found: list[dict[str, Any]] = next(c["messages"] for c in chats if c["chat_id"] == chat_id)
        return found

    async def say(self, text: str, chat_id: int = ANN) -> dict[str, Any]:
        return await self.post("telegram/say", {"bot": BOT, "chat_id": chat_id, "text": text})

    async def press(self, message_id: int, data: str, chat_id: int = ANN, **more: Any) -> dict[str, Any]:
        order = {"bot": BOT, "chat_id": chat_id, "message_id": message_id, "data": data}
        return await self.post("telegram/press", order | more)


@asynccontextmanager
async def telegram(config: SandboxConfig | None = None) -> AsyncIterator[Telegram]:
    """A running stand-in for which no time passes, so that its limits do not depend on how fast the test is."""
    around = Surroundings(
        lambda: datetime.now(UTC),
        lambda: 0.0,
        random.Random(7),
        update_timing=UpdateTiming(answer_s=5, again_s=0.05),
    )
    app = build_app(config or cast(), around)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield Telegram(client)
