"""What a person can do in Telegram: press a button, and write to a bot."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.sandbox.errors import N_, PressError
from bot.sandbox.telegram_updates import UpdateSender
from bot.sandbox.telegram_world import (
    BotState,
    TgChat,
    TgMessage,
    TgUpdate,
    bot_json,
    chat_json,
    message_json,
    user_json,
)
from bot.sandbox.world import World

_ADMINISTRATOR = {"id": 9_999_999, "is_bot": False, "first_name": "Administrator"}


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    bot: str
    chat_id: int


class TgPress(_Act):
    """Press the button with that data below a message. `stale` plays a phone that has not yet heard of an edit."""

    message_id: int
    data: str
    stale: bool = False


class TgSay(_Act):
    """Write to the bot."""

    text: str = Field(min_length=1, max_length=4096)


class TgStand(_Act):
    """Block or open the bot, or put it out of a group, let it in, forbid it to write."""

    status: Literal["member", "administrator", "restricted", "left", "kicked"]


class TgMove(_Act):
    """Make a supergroup of a group."""

    new_id: int = Field(lt=0, gt=-(2**52))


class TelegramPhones:
    """All Telegram apps of one world."""

    def __init__(self, world: World, sender: UpdateSender) -> None:
        self._world = world
        self._sender = sender

    async def press(self, order: TgPress) -> TgUpdate:
        """Press a button and carry the update through; raises `PressError`."""
        state, chat = self._chat(order)
        message = self._world.telegram.message(order.bot, order.chat_id, order.message_id)
        buttons = [button for row in message.keyboard for button in row] if message else []
        if message is None or not (order.stale or any(b.get("callback_data") == order.data for b in buttons)):
            raise PressError(N_("no such button on this phone"))
        record = self._record(order, f"{order.data} {message.id}", query=True)
        message.update_id = record.update_id
        query = {
            "id": record.query_id,
            "from": user_json(chat.user),
            "chat_instance": str(order.chat_id),
            "data": order.data,
            "message": message_json(state, chat.user, message),
        }
        return await self._carry(state, record, {"callback_query": query})

    async def say(self, order: TgSay) -> TgUpdate:
        """Write to the bot and carry the update through; raises `PressError`."""
        state, chat = self._chat(order)
        chat.started = True
        record = self._record(order, order.text)
        words = TgMessage(
            self._world.next_id(),
            record.at,
            order.bot,
            order.chat_id,
            "to_bot",
            order.text,
            "",
            update_id=record.update_id,
        )
        self._world.telegram.put(chat, words)
        return await self._carry(state, record, {"message": message_json(state, chat.user, words)})

    async def stand(self, order: TgStand) -> TgUpdate:
        """Change what the bot is in that chat, and tell it; raises `PressError`."""
        state, chat = self._chat(order)
        former, chat.standing = chat.standing, order.status
        record = self._record(order, f"my_chat_member {order.status}")
        by = user_json(chat.user) if order.chat_id > 0 else _ADMINISTRATOR
        told = {
            "chat": chat_json(chat.user),
            "from": by,
            "date": int(record.at.timestamp()),
            "old_chat_member": _member(state, former),
            "new_chat_member": _member(state, order.status),
        }
        return await self._carry(state, record, {"my_chat_member": told})

    async def move(self, order: TgMove) -> TgUpdate:
        """Make a supergroup of a group, and tell the bot in the old one; raises `PressError`."""
        state, chat = self._chat(order)
        self._world.telegram.group_moves(chat, order.new_id)
        record = self._record(order, f"migrate_to_chat_id {order.new_id}")
        told = {
            "message_id": self._world.next_id(),
            "date": int(record.at.timestamp()),
            "chat": chat_json(chat.user) | {"type": "group"},
            "from": _ADMINISTRATOR,
            "migrate_to_chat_id": order.new_id,
        }
        return await self._carry(state, record, {"message": told})

    async def _carry(self, state: BotState, record: TgUpdate, body: dict[str, Any]) -> TgUpdate:
        if state.webhook_url is None:
            record.outcome, record.reply = "failed", f"bot {state.bot.username} has no webhook"
        elif state.allowed_updates and not set(body) <= set(state.allowed_updates):
            record.outcome, record.reply = "failed", "the bot did not ask for such updates"
        else:
            await self._sender.deliver(state, record, {"update_id": record.update_id, **body})
        self._world.touch()
        return record

    def _chat(self, order: _Act) -> tuple[BotState, TgChat]:
        chat = self._world.telegram.chat(order.bot, order.chat_id)
        if chat is None:
            raise PressError(N_("no such bot or person"))
        return self._world.telegram.bots[order.bot], chat

    def _record(self, order: _Act, what: str, *, query: bool = False) -> TgUpdate:
        number = self._world.next_id()
        query_id = str(self._world.rng.randrange(10**15, 10**18)) if query else None
        record = TgUpdate(number, self._world.now(), order.bot, order.chat_id, what, query_id)
        self._world.telegram.updates.append(record)
        return record


def _member(state: BotState, status: str) -> dict[str, Any]:
    """The bot in a chat, as the Bot API writes it."""
    member: dict[str, Any] = {"user": bot_json(state), "status": status}
    if status == "restricted":
        member |= {"is_member": True, "can_send_messages": False, "until_date": 0}
    if status == "kicked":
        member["until_date"] = 0
    return member
