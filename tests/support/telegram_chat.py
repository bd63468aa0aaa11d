"""Telegram's side of the chat front door: a bot of the hospital, and people who press and write there."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.chat.wecom import WeComDoorSettings
from notifier.providers.telegram.callbacks import Callbacks
from tests.support.chat import Rig, chat_rig
from tests.support.telegram import BOT, TOKEN, WEBHOOK_SECRET
from tests.support.world import add_account, add_card, add_contact
from workflows.engine import Outcome

BOT_KEY = "hospital-bot"
SETTINGS: Mapping[str, Any] = {"bot_username": BOT}
SECRETS = {"token": TOKEN, "webhook_secret": WEBHOOK_SECRET}
CHATS = {"reporter": 101, "engineer": 102, "head": 103, "second_engineer": 104}
STRANGER = 999


@dataclass(frozen=True)
class Answer:
    """What our side answered: status, and the method that Telegram is asked to call."""

    status: int
    method: Mapping[str, Any]

    @property
    def text(self) -> str:
        return str(self.method["text"])


@dataclass
class Bot:
    """The rig of chat, seen from Telegram."""

    rig: Rig
    account: int

    async def write(self, user: str | int, text: str, update_id: int | None = None, **more: Any) -> Answer:
        """Somebody writes to the bot."""
        message = {
            "message_id": 5,
            "date": 1700000000,
            "chat": {"id": chat_of(user), "type": "private", "first_name": "x"},
            "from": sender(user),
            "text": text,
        }
        return await self.send({"message": message | more}, update_id)

    async def press(self, user: str | int, button: str, update_id: int | None = None, **more: Any) -> Answer:
        """Somebody presses `card:answer` in their chat; the same number means the same update, come again."""
        data = Callbacks(WEBHOOK_SECRET).made(chat_of(user), *button.split(":", 1))
        return await self.press_raw(user, str(data), update_id, **more)

    async def press_raw(
        self, user: str | int, data: str, update_id: int | None = None, **more: Any
    ) -> Answer:
        """A press that sends back just this."""
        query = {
            "id": "4382bfdwdsb323b2d9",
            "from": sender(user),
            "chat_instance": "1",
            "data": data,
            "message": {"message_id": 77, "date": 0, "chat": {"id": chat_of(user), "type": "private"}},
        }
        return await self.send({"callback_query": query | more}, update_id)

    async def send(self, update: Mapping[str, Any], update_id: int | None = None) -> Answer:
        number = next(self.rig.numbers) + 5000 if update_id is None else update_id
        return await self.post({"update_id": number, **update})

    async def post(self, body: Any, secret: str | None = WEBHOOK_SECRET, key: str = BOT_KEY) -> Answer:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
        given = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.rig.client.post(f"/telegram/{key}", headers=headers, **given) as response:
            is_json = response.content_type == "application/json"
            return Answer(response.status, await response.json() if is_json else {})

    async def card_of(self, case: Outcome, user: str) -> str:
        """The newest message of the case as a card in that person's chat; its unique id."""
        person = getattr(self.rig.world, user)
        return await add_card(self.rig.db, case.case_id, person, self.account, str(CHATS[user]))

    async def addresses(self, person: int) -> list[str]:
        """The person's chats with the bot."""
        rows = await self.rig.db.fetch(
            "SELECT address FROM contact_point WHERE person_id = $1 AND account_id = $2", person, self.account
        )
        return [row["address"] for row in rows]


def chat_of(user: str | int) -> int:
    return CHATS[user] if isinstance(user, str) else user


def sender(user: str | int) -> dict[str, Any]:
    return {"id": chat_of(user), "is_bot": False, "first_name": "x", "language_code": "zh-hans"}


@asynccontextmanager
async def bot_rig(dsn: str, settings: WeComDoorSettings | None = None) -> AsyncIterator[Bot]:
    """The rig with a bot to which the people of a repair are linked."""
    async with chat_rig(dsn, settings) as rig:
        world = rig.world
        account = await add_account(
            rig.db, world.hospital, "telegram", BOT_KEY, SETTINGS, SECRETS, rig.sealer
        )
        for user, chat in CHATS.items():
            await add_contact(rig.db, getattr(world, user), account, str(chat), rank=2)
        yield Bot(rig, account)
