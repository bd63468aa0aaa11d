"""What goes over the long connection, tamed into models.

Source: developer.work.weixin.qq.com documents 101463 (frames) and 101027 (events).
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

Id = Annotated[str, StringConstraints(max_length=256)]


class Cmd(StrEnum):
    """What a frame is for: ours, and the last two WeCom's."""

    SUBSCRIBE = "aibot_subscribe"
    PING = "ping"
    SEND = "aibot_send_msg"
    RESPOND = "aibot_respond_msg"
    WELCOME = "aibot_respond_welcome_msg"
    UPDATE = "aibot_respond_update_msg"
    MESSAGE = "aibot_msg_callback"
    EVENT = "aibot_event_callback"


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Headers(_Wire):
    """By its id an answer finds its question."""

    req_id: Id = ""


class Frame(_Wire):
    """Anything that comes in. Answers have no `cmd`."""

    cmd: Id = ""
    headers: Headers = Headers()
    body: Mapping[str, Any] = {}
    errcode: int = 0
    errmsg: Annotated[str, StringConstraints(max_length=4096)] = ""


class From(_Wire):
    """Who did it."""

    userid: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Happened(_Wire):
    """What every message and event says. `msgid` is the same for every delivery of one event."""

    req_id: str
    msgid: Id = ""
    chatid: Id = ""
    chattype: Id = ""
    sender: From = Field(alias="from")

    @property
    def in_group(self) -> bool:
        """Do others read along?"""
        return self.chattype == "group"

    @property
    def chat(self) -> str:
        """Where to answer: the group, else the person."""
        return self.chatid or self.sender.userid


class Wrote(Happened):
    """Somebody wrote to the robot."""

    text: Annotated[str, StringConstraints(max_length=20_480)]


class Pressed(Happened):
    """Somebody pressed a button of a card, with what was chosen on it before."""

    task_id: Id
    key: Annotated[str, StringConstraints(max_length=1024)]
    selected: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Entered(Happened):
    """Somebody opened the chat for the first time that day."""


class TakenOver(_Wire):
    """A newer connection of the same robot has taken this one's place."""


Event = Wrote | Pressed | Entered | TakenOver
_CARD_EVENTS = ("template_card_event", "template_card_menu_event")


def written(cmd: Cmd, req_id: str, body: Mapping[str, Any] | None = None) -> str:
    """A frame as it is sent."""
    frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": req_id}}
    return json.dumps(frame | ({"body": body} if body is not None else {}), ensure_ascii=False)


def read_frame(text: str) -> Frame | None:
    """A frame that came in, or None for anything that is none."""
    try:
        return Frame.model_validate_json(text)
    except ValidationError:
        return None


def event_of(frame: Frame) -> Event | None:
    """What happened; None for what is no concern of ours, or is not told in the published form."""
    known = {**frame.body, "req_id": frame.headers.req_id}
    try:
        if frame.cmd == Cmd.MESSAGE:
            return _message(known)
        return _event(known) if frame.cmd == Cmd.EVENT else None
    except ValidationError:
        return None


def _message(known: Mapping[str, Any]) -> Wrote | None:
    text = known.get("text")
    if known.get("msgtype") != "text" or not isinstance(text, Mapping):
        return None
    return Wrote.model_validate({**known, "text": text.get("content")})


def _event(known: Mapping[str, Any]) -> Event | None:
    event = known.get("event")
    kind = event.get("eventtype") if isinstance(event, Mapping) else None
    if kind == "disconnected_event":
        return TakenOver()
    if kind == "enter_chat":
        return Entered.model_validate(known)
    pressed = event.get(kind) if isinstance(event, Mapping) and kind in _CARD_EVENTS else None
    if not isinstance(pressed, Mapping):
        return None
    told = {"task_id": pressed.get("task_id"), "key": pressed.get("event_key")}
    return Pressed.model_validate({**known, **told, "selected": _selected(pressed.get("selected_items"))})


def _selected(items: Any) -> dict[str, tuple[str, ...]]:
    """Question to chosen options; odd shapes inside are left out rather than guessed at."""
    return {
        item["question_key"]: tuple(
            o for o in _inner(item.get("option_ids"), "option_id") if isinstance(o, str)
        )
        for item in _inner(items, "selected_item")
        if isinstance(item, Mapping) and isinstance(item.get("question_key"), str)
    }


def _inner(value: Any, name: str) -> list[Any]:
    """A list, be it by itself or under its own name."""
    found = value.get(name) if isinstance(value, Mapping) else value
    return found if isinstance(found, list) else []
