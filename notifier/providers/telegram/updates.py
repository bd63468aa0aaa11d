"""What Telegram sends to a bot's webhook, as models. Source: core.telegram.org/bots/api#update.

Only private chats count: a message in a group is nobody's, and cards must not get there. Of groups it is told whether
the bot is in them, and under which id.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.providers.telegram.account import BIGGEST_CHAT_ID

_Id = Annotated[int, Field(gt=0, lt=BIGGEST_CHAT_ID)]
_QueryId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class UpdateRejected(Exception):
    """The body is no update."""


@dataclass(frozen=True)
class Written:
    """Somebody wrote to the bot."""

    update_id: int
    chat_id: int
    language: str | None
    text: str


@dataclass(frozen=True)
class Wordless:
    """Somebody sent something without words to be read: a picture, a voice, a place."""

    update_id: int
    chat_id: int
    language: str | None


@dataclass(frozen=True)
class Pressed:
    """Somebody pressed a button below a message. `data` is what the button sends back."""

    update_id: int
    chat_id: int
    language: str | None
    query_id: str
    message_id: int
    data: str


@dataclass(frozen=True)
class Standing:
    """The bot may write to a chat from now on, or not any more: blocked, put out, forbidden. `at` is Telegram's."""

    update_id: int
    chat_id: int
    takes: bool
    at: datetime


@dataclass(frozen=True)
class Migrated:
    """A group became a supergroup, which is another chat."""

    update_id: int
    chat_id: int
    new_chat_id: int


@dataclass(frozen=True)
class Other:
    """Something that asks for no answer."""

    update_id: int


Event = Written | Wordless | Pressed | Standing | Migrated | Other
LATEST_S = 99_999_999_999
_MOVES = frozenset({"migrate_to_chat_id", "migrate_from_chat_id"})
_CONTENTS = frozenset(
    {
        "animation",
        "audio",
        "contact",
        "document",
        "location",
        "photo",
        "sticker",
        "video",
        "video_note",
        "voice",
    }
)


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Envelope(_Wire):
    update_id: Annotated[int, Field(ge=0, lt=2**63)]
    message: Any = None
    callback_query: Any = None
    my_chat_member: Any = None


class _Member(_Wire):
    """The bot in a chat, as core.telegram.org/bots/api#chatmember has it."""

    status: Annotated[str, Field(max_length=64)]
    is_member: bool = True
    can_send_messages: bool = True
    can_post_messages: bool = True

    def takes(self, kind: str) -> bool | None:
        """Can it write there? None for a standing that nobody knows yet."""
        return {
            "creator": True,
            "administrator": kind != "channel" or self.can_post_messages,
            "member": kind != "channel",
            "restricted": self.is_member and self.can_send_messages,
            "left": False,
            "kicked": False,
        }.get(self.status)


class _AnyChat(_Wire):
    id: Annotated[int, Field(gt=-BIGGEST_CHAT_ID, lt=BIGGEST_CHAT_ID)]
    type: Literal["private", "group", "supergroup", "channel"]


class _ChatMember(_Wire):
    chat: _AnyChat
    date: Annotated[int, Field(ge=0, le=LATEST_S)]
    new_chat_member: _Member


class _Moving(_Wire):
    chat: _AnyChat
    migrate_to_chat_id: Annotated[int, Field(gt=-BIGGEST_CHAT_ID, lt=0)] | None = None
    migrate_from_chat_id: Annotated[int, Field(gt=-BIGGEST_CHAT_ID, lt=0)] | None = None


class _Chat(_Wire):
    id: _Id
    type: Literal["private"]


class _User(_Wire):
    id: _Id
    is_bot: Literal[False]
    language_code: Annotated[str, Field(max_length=35)] | None = None


class _Message(_Wire):
    chat: _Chat
    sender: Annotated[_User, Field(alias="from")]
    text: Annotated[str, Field(max_length=4096)] | None = None


class _Card(_Wire):
    message_id: _Id
    chat: _Chat


class _Query(_Wire):
    id: _QueryId
    sender: Annotated[_User, Field(alias="from")]
    data: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
    message: _Card


def parse_update(body: bytes) -> Event:
    """The event; raises `UpdateRejected` for what is no update. New kinds of update are `Other`."""
    try:
        envelope = _Envelope.model_validate_json(body)
    except ValidationError:
        raise UpdateRejected from None
    try:
        return _event(envelope)
    except ValidationError:
        return Other(envelope.update_id)


def _event(envelope: _Envelope) -> Event:
    if envelope.callback_query is not None:
        query = _Query.model_validate(envelope.callback_query)
        if query.message.chat.id != query.sender.id:
            return Other(envelope.update_id)
        language = _language(query.sender)
        message_id = query.message.message_id
        return Pressed(envelope.update_id, query.sender.id, language, query.id, message_id, query.data)
    if envelope.my_chat_member is not None:
        return _standing(envelope)
    if isinstance(envelope.message, dict) and _MOVES & envelope.message.keys():
        return _moved(envelope)
    if envelope.message is not None:
        message = _Message.model_validate(envelope.message)
        if message.chat.id == message.sender.id:
            return _said(envelope, message)
    return Other(envelope.update_id)


def _standing(envelope: _Envelope) -> Event:
    told = _ChatMember.model_validate(envelope.my_chat_member)
    takes = told.new_chat_member.takes(told.chat.type)
    if takes is None or (told.chat.type == "private") != (told.chat.id > 0):
        return Other(envelope.update_id)
    return Standing(envelope.update_id, told.chat.id, takes, datetime.fromtimestamp(told.date, UTC))


def _moved(envelope: _Envelope) -> Event:
    told = _Moving.model_validate(envelope.message)
    former = told.chat.id if told.migrate_to_chat_id else told.migrate_from_chat_id
    new = told.migrate_to_chat_id or told.chat.id
    if former is None or former >= 0 or new >= 0 or former == new:
        return Other(envelope.update_id)
    return Migrated(envelope.update_id, former, new)


def _said(envelope: _Envelope, message: _Message) -> Event:
    of = (envelope.update_id, message.chat.id, _language(message.sender))
    if message.text is not None:
        return Written(*of, message.text)
    return Wordless(*of) if _CONTENTS & envelope.message.keys() else Other(envelope.update_id)


def _language(user: _User) -> str | None:
    """The catalogue for whoever has chosen none here."""
    if user.language_code is None:
        return None
    return "zh_CN" if user.language_code.lower().startswith("zh") else "en"
