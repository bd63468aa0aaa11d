"""Group robots: a key in the address, twenty messages a minute, and a group that only reads.

Rules: developer.work.weixin.qq.com/document/path/99110.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from bot.sandbox.cards import ANY_CARD, Card
from bot.sandbox.errors import (
    BAD_JSON,
    BAD_KEY,
    BAD_MSGTYPE,
    BAD_PARAMETER,
    TOO_OFTEN,
    RealCredentialsError,
    WeComError,
)
from bot.sandbox.limits import Window
from bot.sandbox.wire import Text, Wire, at_most_bytes, check

LIMITS = ((20, 60.0),)
TEXT_BYTES, MARKDOWN_BYTES = 2048, 4096
NOTICES = frozenset({"text_notice", "news_notice"})
_KEY = re.compile(r"sandbox-[A-Za-z0-9-]{1,100}")


class Robot(BaseModel):
    """One robot in one group."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: str = Field(repr=False)
    name: str = Field(min_length=1)

    @field_validator("key")
    @classmethod
    def _refuse_real_key(cls, value: str) -> str:
        if not _KEY.fullmatch(value):
            raise RealCredentialsError(
                "the key of a group robot does not begin with 'sandbox-': the sandbox takes no real credentials"
            )
        return value


class _Text(Wire):
    content: Annotated[Text, AfterValidator(at_most_bytes(TEXT_BYTES))]
    mentioned_list: tuple[str, ...] = ()
    mentioned_mobile_list: tuple[str, ...] = ()


class _Markdown(Wire):
    content: Annotated[Text, AfterValidator(at_most_bytes(MARKDOWN_BYTES))]


CONTENT: dict[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(_Text),
    "markdown": TypeAdapter(_Markdown),
    "markdown_v2": TypeAdapter(_Markdown),
    "template_card": ANY_CARD,
}


@dataclass(frozen=True)
class Said:
    """What a robot wrote into its group."""

    id: int
    at: datetime
    msgtype: str
    body: dict[str, Any]
    card: Card | None
    mentioned: tuple[str, ...]


@dataclass
class Group:
    """A group with its robot. `refused` counts what came too fast."""

    robot: Robot
    window: Window
    messages: deque[Said]
    refused: int = 0


@dataclass
class RobotNetwork:
    """All groups of one world."""

    groups: Sequence[Group]
    now: Callable[[], datetime]
    next_id: Callable[[], int]
    by_key: dict[str, Group] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.by_key = {group.robot.key: group for group in self.groups}

    def group(self, name: str | None) -> Group | None:
        """The group of that name."""
        return next((group for group in self.groups if group.robot.name == name), None)

    def say(self, key: str, raw: bytes) -> Said:
        """Play one webhook/send; raises `WeComError`."""
        group = self.by_key.get(key)
        if group is None:
            raise WeComError(BAD_KEY)
        said = self.read(raw)
        if not group.window.admit():
            group.refused += 1
            raise WeComError(TOO_OFTEN)
        group.messages.append(said)
        return said

    def read(self, raw: bytes) -> Said:
        """A message as it would be taken; raises `WeComError` for one that would not."""
        data = _object(raw)
        kind = str(data.get("msgtype", ""))
        if kind not in CONTENT:
            raise WeComError(BAD_MSGTYPE, kind)
        content = check(CONTENT[kind], data.get(kind))
        card = content if isinstance(content, Card) else None
        if card is not None and (card.card_type not in NOTICES or card.action_menu):
            raise WeComError(BAD_PARAMETER, "a group robot has no callbacks")
        body = content.model_dump(exclude_unset=True)
        return Said(self.next_id(), self.now(), kind, body, card, _mentioned(kind, body))


def _mentioned(kind: str, body: dict[str, Any]) -> tuple[str, ...]:
    """Who is called by name: text has lists, markdown the name in the words, a card nobody."""
    if kind == "text":
        return (*body.get("mentioned_list", ()), *body.get("mentioned_mobile_list", ()))
    return tuple(re.findall(r"<@([^<>\s]+)>", body["content"])) if kind == "markdown" else ()


def _object(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise WeComError(BAD_JSON) from error
    if not isinstance(data, dict):
        raise WeComError(BAD_JSON, "not an object")
    return data


def robot_state(group: Group) -> dict[str, Any]:
    """One group as it is; the key stays out."""
    return {
        "name": group.robot.name,
        "refused": group.refused,
        "messages": [
            {
                "id": said.id,
                "at": said.at.isoformat(),
                "msgtype": said.msgtype,
                "body": said.body,
                "mentioned": list(said.mentioned),
            }
            for said in group.messages
        ],
    }
