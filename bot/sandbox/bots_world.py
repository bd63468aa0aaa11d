"""Smart robots: their connections, their chats, and what an event allows to be answered.

Rules: developer.work.weixin.qq.com/document/path/101463 and 101027.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.sandbox.cards import Card
from bot.sandbox.errors import RealCredentialsError
from bot.sandbox.limits import MEMBER_LIMITS, Recent, Window

PREFIX = "sandbox-"
ANSWER_WITHIN_S = 5.0


class Bot(BaseModel):
    """One smart robot of a corporation. Any member can be written to."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    bot_id: str = Field(min_length=1, max_length=128)
    secret: str = Field(repr=False)
    corpid: str
    name: str = ""

    @field_validator("secret")
    @classmethod
    def _refuse_real_secret(cls, value: str) -> str:
        if not value.startswith(PREFIX):
            raise RealCredentialsError(
                f"the secret of a smart robot does not begin with {PREFIX!r}: the sandbox takes no real credentials"
            )
        return value


class Line(Protocol):
    """The way to the connected service."""

    async def push(self, frame: Mapping[str, Any]) -> None:
        """Raises ConnectionError when it is gone."""
        ...


@dataclass
class BotMessage:
    """One message in a chat with a robot."""

    id: int
    at: datetime
    direction: Literal["to_member", "to_bot"]
    msgtype: str
    body: dict[str, Any]
    card: Card | None = None
    updates: int = 0
    pressed: list[str] = field(default_factory=list)


@dataclass
class BotEvent:
    """Something that happened, as the service was told of it."""

    id: int
    at: datetime
    bot_id: str
    userid: str
    what: str
    outcome: Literal["delivered", "failed"] = "delivered"
    answered: str = ""


@dataclass
class Open:
    """What may be answered, until when: monotonic seconds."""

    event: BotEvent
    kind: str
    until: float
    message: BotMessage | None = None


@dataclass
class BotChat:
    """One member's chat with one robot."""

    messages: deque[BotMessage]
    window: Window
    refused: int = 0


class BotState:
    """What WeCom knows of one robot. `line` is its one connection."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.line: Line | None = None
        self.connections = 0
        self.pings = 0
        self.open: Recent[str, Open] = Recent(1000)
        self.task_ids: Recent[str, BotMessage] = Recent(100_000)


class BotNetwork:
    """All robots of one world."""

    def __init__(
        self,
        bots: Sequence[Bot],
        keep: int,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        next_id: Callable[[], int],
    ) -> None:
        self.bots = {bot.bot_id: BotState(bot) for bot in bots}
        self.events: deque[BotEvent] = deque(maxlen=keep)
        self.now = now
        self.monotonic = monotonic
        self.next_id = next_id
        self._keep = keep
        self._chats: dict[tuple[str, str], BotChat] = {}

    def chat(self, bot_id: str, userid: str) -> BotChat:
        """The member's chat with the robot, begun if need be."""
        if (bot_id, userid) not in self._chats:
            self._chats[bot_id, userid] = BotChat(
                deque(maxlen=self._keep), Window(MEMBER_LIMITS, self.monotonic)
            )
        return self._chats[bot_id, userid]

    def of_corp(self, corpid: str | None) -> list[BotState]:
        """The robots to which members of that corporation can write."""
        return [state for state in self.bots.values() if state.bot.corpid == corpid]

    def note(self, state: BotState, userid: str, what: str) -> BotEvent:
        """Something happened."""
        event = BotEvent(self.next_id(), self.now(), state.bot.bot_id, userid, what)
        self.events.append(event)
        return event

    def put(self, state: BotState, userid: str, message: BotMessage) -> None:
        """It stands in the chat."""
        self.chat(state.bot.bot_id, userid).messages.append(message)


def bots_state(network: BotNetwork, members: Callable[[str], Sequence[str]]) -> dict[str, Any]:
    """All chats and events; the robots' secrets stay out."""
    chats = [
        {
            "bot_id": bot_id,
            "userid": userid,
            "messages": [message_state(m) for m in network.chat(bot_id, userid).messages],
        }
        for bot_id, state in network.bots.items()
        for userid in members(state.bot.corpid)
    ]
    bots = [
        {
            "bot_id": s.bot.bot_id,
            "connected": s.line is not None,
            "connections": s.connections,
            "pings": s.pings,
        }
        for s in network.bots.values()
    ]
    return {"bots": bots, "chats": chats, "events": [event_state(event) for event in network.events]}


def message_state(message: BotMessage) -> dict[str, Any]:
    """One message as it looks now."""
    return {
        "id": message.id,
        "direction": message.direction,
        "msgtype": message.msgtype,
        "body": message.body,
        "updates": message.updates,
        "pressed": message.pressed,
    }


def event_state(event: BotEvent) -> dict[str, Any]:
    """One event and what was answered."""
    return {
        "id": event.id,
        "userid": event.userid,
        "what": event.what,
        "outcome": event.outcome,
        "answered": event.answered,
    }
