"""What Telegram remembers: chats with bots, their messages, and updates for the bots' servers."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.sandbox.limits import Window
from bot.sandbox.telegram_config import TelegramBot, TelegramGroup, TelegramUser

# About one message a second in a chat, in short bursts more; twenty a minute in a group; about thirty a second in all
# of a bot's chats.
CHAT_LIMITS = ((3, 3.0),)
GROUP_LIMITS = ((20, 60.0),)
BOT_LIMITS = ((30, 1.0),)

Json = dict[str, Any]


@dataclass
class TgMessage:
    """One message in a chat; `html` is safe to show."""

    id: int
    at: datetime
    bot: str
    chat_id: int
    direction: Literal["to_person", "to_bot"]
    text: str
    html: str
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    edits: int = 0
    update_id: int | None = None


@dataclass
class TgAttempt:
    """One try to reach the bot's server."""

    at: datetime
    status: int | None = None
    error: str | None = None


@dataclass
class TgUpdate:
    """One update for the bot's server with its tries; `answer` is what a pressed button showed."""

    update_id: int
    at: datetime
    bot: str
    chat_id: int
    what: str
    query_id: str | None = None
    outcome: Literal["pending", "delivered", "failed"] = "pending"
    reply: str | None = None
    answer: str | None = None
    alert: bool = False
    attempts: list[TgAttempt] = field(default_factory=list)


@dataclass
class TgChat:
    """One person's private chat with one bot, or a group in which it is."""

    user: TelegramUser | TelegramGroup
    started: bool
    messages: deque[TgMessage]
    window: Window
    standing: str = "member"
    """The bot's in it, as the Bot API names it; of a person who blocked the bot: kicked."""
    moved_to: int | None = None


class BotState:
    """A bot as it stands: its webhook may be set anew."""

    def __init__(self, bot: TelegramBot, monotonic: Callable[[], float]) -> None:
        self.bot = bot
        self.webhook_url = bot.webhook_url
        self.secret_token = bot.secret_token
        self.allowed_updates: Sequence[str] = ()
        self.window = Window(BOT_LIMITS, monotonic)


class TelegramNetwork:
    """All bots and chats. `next_id` gives ids in the order of arrival on the phones."""

    def __init__(
        self,
        bots: Sequence[TelegramBot],
        users: Sequence[TelegramUser | TelegramGroup],
        keep: int,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        next_id: Callable[[], int],
    ) -> None:
        self.bots = {bot.username: BotState(bot, monotonic) for bot in bots}
        self.users = {user.id: user for user in users}
        self.updates: deque[TgUpdate] = deque(maxlen=keep)
        self.now = now
        self.next_id = next_id
        self._monotonic = monotonic
        self._keep = keep
        self._chats: dict[tuple[str, int], TgChat] = {}

    def by_token(self, token: str) -> BotState | None:
        """The bot of that token."""
        return next((state for state in self.bots.values() if state.bot.token == token), None)

    def chat(self, bot: str, chat_id: int) -> TgChat | None:
        """The person's chat with the bot, begun if need be; None for somebody who does not exist."""
        user = self.users.get(chat_id)
        if user is None or bot not in self.bots:
            return None
        if (bot, chat_id) not in self._chats:
            is_group = isinstance(user, TelegramGroup)
            window = Window(GROUP_LIMITS if is_group else CHAT_LIMITS, self._monotonic)
            self._chats[bot, chat_id] = TgChat(user, user.started, deque(maxlen=self._keep), window)
        return self._chats[bot, chat_id]

    def group_moves(self, chat: TgChat, new_id: int) -> None:
        """A group becomes a supergroup of another id; the old one only says where it is."""
        if isinstance(chat.user, TelegramGroup):
            self.users[new_id] = chat.user.model_copy(update={"id": new_id})
            chat.moved_to = new_id

    def chats_of(self, chat_id: int | None) -> Iterator[tuple[BotState, TgChat]]:
        """The person's chat with each bot."""
        for name, state in self.bots.items():
            chat = self.chat(name, chat_id) if chat_id is not None else None
            if chat is not None:
                yield state, chat

    def message(self, bot: str, chat_id: int, message_id: int) -> TgMessage | None:
        """A message of the chat that is still remembered."""
        chat = self.chat(bot, chat_id)
        found = (message for message in chat.messages if message.id == message_id) if chat else iter(())
        return next(found, None)

    def update(self, update_id: int | None) -> TgUpdate | None:
        """The update of that number, if it is still remembered."""
        return next((update for update in self.updates if update.update_id == update_id), None)

    def by_query(self, bot: str, query_id: str) -> TgUpdate | None:
        """The press of that query id."""
        found = (update for update in self.updates if update.bot == bot and update.query_id == query_id)
        return next(found, None)

    def put(self, chat: TgChat, message: TgMessage) -> TgMessage:
        """Show a message in the chat."""
        chat.messages.append(message)
        return message


def message_json(state: BotState, user: TelegramUser | TelegramGroup, message: TgMessage) -> Json:
    """A message as the Bot API writes it."""
    shown: Json = {
        "message_id": message.id,
        "date": int(message.at.timestamp()),
        "chat": chat_json(user),
        "from": bot_json(state) if message.direction == "to_person" else user_json(user),
        "text": message.text,
    }
    if message.keyboard:
        shown["reply_markup"] = {"inline_keyboard": message.keyboard}
    return shown


def bot_json(state: BotState) -> Json:
    """The bot as a user."""
    bot = state.bot
    return {"id": bot.id, "is_bot": True, "first_name": bot.name or bot.username, "username": bot.username}


def chat_json(user: TelegramUser | TelegramGroup) -> Json:
    """A chat as the Bot API writes it."""
    if isinstance(user, TelegramGroup):
        return {"id": user.id, "type": "supergroup", "title": user.name}
    return {"id": user.id, "type": "private", "first_name": user.name}


def user_json(user: TelegramUser | TelegramGroup) -> Json:
    """A person as a user; in a group nobody writes to a bot here."""
    if isinstance(user, TelegramGroup):
        raise TypeError("a group is nobody")
    return {"id": user.id, "is_bot": False, "first_name": user.name, "language_code": user.language_code}
