"""The XML inside callbacks and passive replies.

Shapes: developer.work.weixin.qq.com/document/path/90240 (events) and 90241 (replies).
"""

import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeXml

from bot.sandbox.crypto import BadReplyError

LISTS = frozenset(
    {
        "action_list",
        "button_list",
        "horizontal_content_list",
        "jump_list",
        "option_list",
        "select_list",
        "vertical_content_list",
    }
)
NUMBERS = frozenset({"type", "style", "desc_color", "mode"})


@dataclass(frozen=True)
class Occasion:
    """Who did something in which app, and when (Unix time in seconds)."""

    corpid: str
    agentid: int
    userid: str
    created: int


@dataclass(frozen=True)
class CardEvent:
    """A press: a template_card_event, or a template_card_menu_event without selections."""

    event: str
    key: str
    task_id: str
    card_type: str
    response_code: str
    selections: dict[str, list[str]] | None


def card_event(occasion: Occasion, press: CardEvent) -> str:
    """The plain XML of a press."""
    parts = [
        _envelope(occasion, "event"),
        _cdata("Event", press.event),
        _cdata("EventKey", press.key),
        _cdata("TaskId", press.task_id),
        _cdata("CardType", press.card_type),
        _cdata("ResponseCode", press.response_code),
        f"<AgentID>{occasion.agentid}</AgentID>",
        "" if press.selections is None else _selected_items(press.selections),
    ]
    return f"<xml>{''.join(parts)}</xml>"


def text_message(occasion: Occasion, text: str, msgid: int) -> str:
    """What a member wrote to the app."""
    head = _envelope(occasion, "text")
    tail = f"<MsgId>{msgid}</MsgId><AgentID>{occasion.agentid}</AgentID>"
    return f"<xml>{head}{_cdata('Content', text)}{tail}</xml>"


def request_body(corpid: str, agentid: int, encrypt: str) -> str:
    """The outer XML of a callback."""
    to, agent = _cdata("ToUserName", corpid), _cdata("AgentID", str(agentid))
    return f"<xml>{to}{agent}{_cdata('Encrypt', encrypt)}</xml>"


def parse_reply(text: str) -> dict[str, Any]:
    """A decrypted passive reply with snake_case names; raises `BadReplyError`."""
    try:
        root = SafeXml.fromstring(text)
    except (SafeXml.ParseError, DefusedXmlException, ValueError) as error:
        raise BadReplyError("the decrypted reply is not a safe XML document") from error
    tree = _tree(root)
    return tree if isinstance(tree, dict) else {}


def _tree(element: ET.Element) -> Any:
    if not len(element):
        text = element.text or ""
        number = _snake(element.tag) in NUMBERS and text.isdecimal()
        return int(text) if number else text
    tree: dict[str, Any] = {}
    for child in element:
        name = _snake(child.tag)
        if name in LISTS:
            tree.setdefault(name, []).append(_tree(child))
        else:
            tree[name] = _tree(child)
    return tree


def _snake(name: str) -> str:
    """WeCom writes KeyName in XML and keyname in JSON."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return "keyname" if snake == "key_name" else snake


def _envelope(occasion: Occasion, msgtype: str) -> str:
    to = _cdata("ToUserName", occasion.corpid)
    sender = _cdata("FromUserName", occasion.userid)
    return f"{to}{sender}<CreateTime>{occasion.created}</CreateTime>{_cdata('MsgType', msgtype)}"


def _cdata(name: str, text: str) -> str:
    safe = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"


def _selected_items(selections: dict[str, list[str]]) -> str:
    items = (_selected_item(question, options) for question, options in selections.items())
    return f"<SelectedItems>{''.join(items)}</SelectedItems>"


def _selected_item(question: str, options: list[str]) -> str:
    ids = "".join(_cdata("OptionId", option) for option in options)
    key = _cdata("QuestionKey", question)
    return f"<SelectedItem>{key}<OptionIds>{ids}</OptionIds></SelectedItem>"
