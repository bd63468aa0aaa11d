"""Everything the sandbox remembers, in memory, in one object that is handed around."""

import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.sandbox.bots_world import BotNetwork
from bot.sandbox.cards import Card
from bot.sandbox.config import App, Corp, SandboxConfig
from bot.sandbox.faults import Faults
from bot.sandbox.hooks import Receivers
from bot.sandbox.limits import CORP_LIMITS, MEMBER_LIMITS, Recent, Window
from bot.sandbox.mails import Mail
from bot.sandbox.oauth import Codes
from bot.sandbox.robots import LIMITS as ROBOT_LIMITS
from bot.sandbox.robots import Group, RobotNetwork
from bot.sandbox.sms_world import SmsNetwork
from bot.sandbox.telegram_world import TelegramNetwork
from bot.sandbox.tokens import AppKey, Tokens, random_word
from bot.sandbox.voice_world import VoiceNetwork


@dataclass
class Press:
    """A button pressed on a phone, with what was chosen before."""

    at: datetime
    key: str
    selections: dict[str, list[str]]
    callback_id: int


@dataclass
class Message:
    """One message in one member's chat with one app."""

    id: int
    msgid: str
    at: datetime
    app: AppKey
    direction: Literal["to_member", "to_app"]
    msgtype: str
    body: dict[str, Any]
    task_id: str | None = None
    card: Card | None = None
    first_card: Card | None = None
    replace_name: str | None = None
    callback_id: int | None = None
    recalled: bool = False
    updates: list[dict[str, Any]] = field(default_factory=list)
    pressed: list[Press] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether the card's buttons can still be pressed."""
        replaced = self.replace_name or (self.card and self.card.replace_text)
        return self.card is not None and not self.recalled and not replaced


@dataclass
class Sent:
    """One accepted send: its copies on the phones and the code that updates them."""

    msgid: str
    at: float
    copies: dict[str, Message]
    response_code: str | None = None


@dataclass
class ResponseCode:
    """A word that allows one update of one send within 72 hours."""

    sent: Sent
    at: float
    source: Literal["send", "callback"]
    used: bool = False


@dataclass
class Chat:
    """One member's conversation with one app."""

    messages: deque[Message]
    window: Window
    dropped: int = 0


@dataclass
class Attempt:
    """One try to reach the app's callback address."""

    at: datetime
    status: int | None = None
    error: str | None = None


@dataclass
class Callback:
    """One event or message for the app's server, with all tries."""

    id: int
    at: datetime
    app: AppKey
    userid: str
    event: str
    what: str
    outcome: Literal["pending", "delivered", "failed"] = "pending"
    reply: str | None = None
    attempts: list[Attempt] = field(default_factory=list)


class AppState:
    """What WeCom remembers of one app."""

    def __init__(self, corp: Corp, app: App) -> None:
        self.corp = corp
        self.app = app
        self.key: AppKey = (corp.corpid, app.agentid)
        self.sent: Recent[str, Sent] = Recent(100_000)
        self.task_ids: Recent[str, str] = Recent(100_000)
        self.codes: Recent[str, ResponseCode] = Recent(100_000)
        self.answers: Recent[str, tuple[float, dict[str, Any]]] = Recent(20_000)
        self.duplicates = 0
        self.media: Recent[str, float] = Recent(10_000)
        self.uploads = 0


class World:
    """The state of the sandbox.

    `now` and `monotonic` are real time: what WeCom counts (tokens, 72 hours, 30 a minute)
    does not follow the product's movable clock.
    """

    def __init__(
        self,
        config: SandboxConfig,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        rng: random.Random,
    ) -> None:
        self.config = config
        self.now = now
        self.monotonic = monotonic
        self.rng = rng
        self.faults = Faults()
        self.tokens = Tokens(monotonic, rng)
        self.codes = Codes(monotonic, rng)
        self.version = 0
        self.apps = {
            (corp.corpid, app.agentid): AppState(corp, app) for corp in config.corps for app in corp.apps
        }
        self.callbacks: deque[Callback] = deque(maxlen=config.keep_messages)
        self.mails: dict[str, deque[Mail]] = {
            box.address.lower(): deque(maxlen=config.keep_messages) for box in config.mailboxes
        }
        self.sms = SmsNetwork(
            config.sms_accounts, config.tencent_sms_apps, config.keep_messages, now, monotonic
        )
        self.voice = VoiceNetwork(
            config.voice_accounts, config.tencent_voice_accounts, config.keep_messages, monotonic
        )
        self.telegram = TelegramNetwork(
            config.telegram_bots,
            [*config.telegram_users, *config.telegram_groups],
            config.keep_messages,
            now=now,
            monotonic=monotonic,
            next_id=self.next_id,
        )
        groups = [
            Group(r, Window(ROBOT_LIMITS, monotonic), deque(maxlen=config.keep_messages))
            for r in config.robots
        ]
        self.bots = BotNetwork(
            config.bots, config.keep_messages, now=now, monotonic=monotonic, next_id=self.next_id
        )
        self.robots = RobotNetwork(groups, now, self.next_id)
        self.hooks = Receivers.of(config.hooks, config.keep_messages, now, self.next_id)
        self._members = {
            (corp.corpid, member.userid.lower()): member.userid
            for corp in config.corps
            for member in corp.members
        }
        self._chats: dict[tuple[AppKey, str], Chat] = {}
        self._corp_windows: dict[tuple[str, str], Window] = {}
        self._ids = 0

    def member(self, corpid: str, userid: str) -> str | None:
        """The userid as the corporation spells it; letters' case does not matter to WeCom."""
        return self._members.get((corpid, userid.lower()))

    def members(self, corpid: str) -> list[str]:
        """All userids of a corporation."""
        return [userid for (corp, _), userid in self._members.items() if corp == corpid]

    def chat(self, app: AppKey, userid: str) -> Chat:
        """The member's conversation with the app, begun if need be."""
        if (app, userid) not in self._chats:
            messages: deque[Message] = deque(maxlen=self.config.keep_messages)
            self._chats[app, userid] = Chat(messages, Window(MEMBER_LIMITS, self.monotonic))
        return self._chats[app, userid]

    def chats_of(self, corpid: str, userid: str) -> Iterator[tuple[AppState, Chat]]:
        """The member's conversations with each app of the corporation."""
        for key, state in self.apps.items():
            if key[0] == corpid:
                yield state, self.chat(key, userid)

    def corp_window(self, corpid: str, api: str) -> Window:
        """The counter behind 45009."""
        key = (corpid, api)
        if key not in self._corp_windows:
            self._corp_windows[key] = Window(CORP_LIMITS, self.monotonic)
        return self._corp_windows[key]

    def next_id(self) -> int:
        """A number nobody else has; it also marks that something changed."""
        self.touch()
        self._ids += 1
        return self._ids

    def touch(self) -> None:
        """Mark that something a page shows has changed."""
        self.version += 1

    def word(self, length: int = 43) -> str:
        """An opaque word."""
        return random_word(self.rng, length)
