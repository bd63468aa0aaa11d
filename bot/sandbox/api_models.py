"""Requests of WeCom's message API as models."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StrictInt, TypeAdapter

from bot.sandbox.cards import ANY_CARD, Card
from bot.sandbox.errors import (
    BAD_AGENTID,
    BAD_MSGTYPE,
    BAD_PARAMETER,
    EMPTY_CONTENT,
    TASK_ID_ILLEGAL,
    WeComError,
)
from bot.sandbox.wire import Text, Url, Wire, at_most_bytes, check, refuse

TEXT_BYTES = 2048


def _not_empty(value: str) -> str:
    if not value:
        raise refuse(EMPTY_CONTENT, "content")
    return value


def _cut(value: str) -> str:
    return value.encode()[:TEXT_BYTES].decode(errors="ignore")


class TextContent(Wire):
    """A text; what is beyond 2048 bytes is cut off, not refused."""

    content: Annotated[str, AfterValidator(_not_empty), AfterValidator(_cut)]


class MarkdownContent(Wire):
    """Markdown of at most 2048 bytes."""

    content: Annotated[str, AfterValidator(_not_empty), AfterValidator(at_most_bytes(TEXT_BYTES))]


class TextCard(Wire):
    """A text card.

    Copies of the documentation disagree whether 128 and 512 are bytes or letters; bytes is
    the reading that is safe under both.
    """

    title: Annotated[Text, AfterValidator(at_most_bytes(128))]
    description: Annotated[Text, AfterValidator(at_most_bytes(512))]
    url: Annotated[Url, Field(min_length=1)]
    btntxt: str = "详情"


CONTENT: dict[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(TextContent),
    "markdown": TypeAdapter(MarkdownContent),
    "textcard": TypeAdapter(TextCard),
    "template_card": ANY_CARD,
}


class Envelope(Wire):
    """To whom a message goes and how it is checked for repeats."""

    touser: str = ""
    toparty: str = ""
    totag: str = ""
    msgtype: str = ""
    safe: Literal[0, 1] = 0
    enable_id_trans: Literal[0, 1] = 0
    enable_duplicate_check: Literal[0, 1] = 0
    duplicate_check_interval: int = Field(default=1800, ge=0, le=4 * 3600)


class Button(Wire):
    """The words that take the place of the buttons."""

    replace_name: Text


class Update(Wire):
    """A request of update_template_card. Recipients are arrays here, not `|` strings."""

    userids: list[str] = Field(default=[], max_length=1000)
    partyids: list[int] = Field(default=[], max_length=100)
    tagids: list[int] = Field(default=[], max_length=100)
    atall: Literal[0, 1] = 0
    response_code: Text
    button: Button | None = None
    template_card: dict[str, Any] | None = None


class Recall(Wire):
    """A request of message/recall."""

    msgid: Text


class _Agent(BaseModel):
    agentid: StrictInt


_AGENT = TypeAdapter(_Agent)
ENVELOPE = TypeAdapter(Envelope)
UPDATE = TypeAdapter(Update)
RECALL = TypeAdapter(Recall)


def agentid_of(data: dict[str, Any]) -> int:
    """The request's agentid; raises 40056 when it is missing or not a number."""
    try:
        return check(_AGENT, data).agentid
    except WeComError as error:
        raise WeComError(BAD_AGENTID, error.hint) from error


def split_recipients(value: str, most: int) -> list[str]:
    """The parts of a `|` string; raises 40058 when there are more than `most`."""
    parts = [part for part in value.split("|") if part]
    if len(parts) > most:
        raise WeComError(BAD_PARAMETER, f"more than {most} recipients")
    return parts


def content_of(data: dict[str, Any], msgtype: str) -> Wire:
    """The message's content as its model; raises 40008 for types the sandbox does not play."""
    adapter = CONTENT.get(msgtype)
    if adapter is None:
        raise WeComError(BAD_MSGTYPE, msgtype)
    content: Wire = check(adapter, data.get(msgtype))
    if isinstance(content, Card) and content.has_response_code() and content.task_id is None:
        raise WeComError(TASK_ID_ILLEGAL, "task_id required")
    return content
