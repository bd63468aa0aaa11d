"""What WeCom tells by callback, tamed into models.

Source of the forms: developer.work.weixin.qq.com documents 90239, 90240 and 90241.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from notifier.providers.wecom.crypto import CallbackRejected, Check
from notifier.providers.wecom.xml import Tree, read_xml

Name = Annotated[str, StringConstraints(max_length=128)]
Key = Annotated[str, StringConstraints(max_length=1024)]
LONGEST_TEXT, LATEST_S = 8192, 99_999_999_999
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)


def _second(value: object) -> int:
    """0 where there is none: what somebody did counts more than when."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= LATEST_S else 0


def _number(value: object) -> object:
    return value if isinstance(value, str) and value.isascii() and value.isdecimal() else None


class Received(BaseModel):
    """What every callback says: who (a WeCom userid), to which corporation, when and by which app."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    user: Name = Field(alias="FromUserName", min_length=1)
    corp_id: Name = Field(alias="ToUserName")
    created_s: Annotated[int, BeforeValidator(_second)] = Field(default=0, alias="CreateTime")
    agent_id: Annotated[int | None, BeforeValidator(_number)] = Field(default=None, alias="AgentID")
    message_id: Name = Field(default="", alias="MsgId")
    event: Name = Field(default="", alias="Event")
    key: Key = Field(default="", alias="EventKey")
    task_id: Name = Field(default="", alias="TaskId")

    @property
    def created_at(self) -> datetime:
        """When the person did it, to the second."""
        return datetime.fromtimestamp(self.created_s, UTC)


class TextMessage(Received):
    """Somebody wrote to the app."""

    text: Annotated[str, AfterValidator(lambda value: value[:LONGEST_TEXT])] = Field(
        default="", alias="Content"
    )


class CardPress(Received):
    """Somebody pressed a button of a card. `response_code`, if there is one, changes that card once, within 72 h."""

    key: Key = Field(alias="EventKey", min_length=1)
    task_id: Name = Field(alias="TaskId", min_length=1)
    card_type: Name = Field(default="", alias="CardType")
    response_code: Key = Field(default="", alias="ResponseCode")
    selected: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class CardMenu(Received):
    """Somebody chose from the menu in a card's corner. `response_code` is as for a press."""

    response_code: Key = Field(default="", alias="ResponseCode")


class MenuPress(Received):
    """Somebody chose from the app's own menu, as its administrator has set it up."""


class Entered(Received):
    """Somebody opened the app, or was given it (`event` is enter_agent or subscribe)."""


class Other(Received):
    """Anything else; to be acknowledged and left alone."""

    message_type: Name = Field(alias="MsgType")


class Noted(BaseModel):
    """What no person did, or nobody can read: a change of the address book, a finished job, a suite’s ticket.

    It is WeCom's own all the same, and would come again if it were refused. `names` say what it is, for the log.
    """

    model_config = ConfigDict(frozen=True)

    names: dict[str, str]


CallbackEvent = TextMessage | CardPress | CardMenu | MenuPress | Entered | Other

_EVENTS: dict[str, type[CardPress | CardMenu | MenuPress | Entered]] = {
    "template_card_event": CardPress,
    "template_card_menu_event": CardMenu,
    "click": MenuPress,
    "enter_agent": Entered,
    "subscribe": Entered,
}


def parse_event(xml: bytes) -> CallbackEvent | Noted:
    """The event in a decrypted callback. Raises CallbackRejected for what WeCom does not send."""
    tree = read_xml(xml)
    try:
        return _model_of(tree).model_validate({**tree, "selected": _selected(tree.get("SelectedItems"))})
    except ValidationError:
        return _noted(tree)


def _noted(tree: Tree) -> Noted:
    """Raises CallbackRejected for words of nobody, and for what does not even say what it is."""
    said = {name: str(tree.get(name, "")) for name in ("MsgType", "Event", "InfoType", "ChangeType")}
    if not (said["MsgType"] or said["InfoType"]) or (
        said["MsgType"] == "text" and not tree.get("FromUserName")
    ):
        raise CallbackRejected(Check.CONTENT)
    return Noted(names={name: value for name, value in said.items() if _WORD.fullmatch(value)})


def dedupe_key(event: CallbackEvent) -> str:
    """The same for every delivery of one event: 64 hex digits, unique within one account.

    WeCom repeats a callback up to three times. Messages are known by MsgId; events have none, and their
    CreateTime alone has a resolution of one second.
    """
    known_by: list[Any] = (
        [event.message_id]
        if event.message_id
        else [event.user, event.created_s, event.event, event.task_id, event.key]
    )
    return hashlib.sha256(repr(known_by).encode()).hexdigest()


def _model_of(tree: Tree) -> type[CallbackEvent]:
    if tree.get("MsgType") == "text":
        return TextMessage
    if tree.get("MsgType") == "event" and isinstance(tree.get("Event"), str):
        return _EVENTS.get(tree["Event"], Other)
    return Other


def _selected(items: Any) -> dict[str, tuple[str, ...]]:
    """Question to chosen options. Odd shapes inside are left out rather than guessed at."""
    found = _as_list(items.get("SelectedItem")) if isinstance(items, dict) else []
    return {
        item["QuestionKey"]: _options(item.get("OptionIds"))
        for item in found
        if isinstance(item, dict) and isinstance(item.get("QuestionKey"), str)
    }


def _options(options: Any) -> tuple[str, ...]:
    found = _as_list(options.get("OptionId")) if isinstance(options, dict) else []
    return tuple(option for option in found if isinstance(option, str))


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
