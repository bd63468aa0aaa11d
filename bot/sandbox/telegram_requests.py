"""Requests of the Bot API as models. Rules: core.telegram.org/bots/api."""

import json
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.sandbox.telegram_errors import bad_request
from bot.sandbox.telegram_markup import read_html, read_plain

R = TypeVar("R", bound=BaseModel)
TEXT_UNITS = 4096
ANSWER_CHARS = 200
DATA_BYTES = 64
NESTED = ("reply_markup", "link_preview_options", "allowed_updates")


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Button(_Wire):
    """One button of an inline keyboard."""

    text: str
    url: str | None = None
    callback_data: str | None = None

    def checked(self) -> dict[str, str]:
        """As it is kept; raises `BotApiError`."""
        if not self.text.strip():
            raise bad_request("inline keyboard button text can't be empty")
        if (self.url is None) == (self.callback_data is None):
            raise bad_request(
                "can't parse inline keyboard button: text buttons are unallowed in the inline keyboard"
            )
        if self.callback_data is not None:
            if not 1 <= len(self.callback_data.encode()) <= DATA_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
            return {"text": self.text, "callback_data": self.callback_data}
        if not (self.url or "").startswith(("http://", "https://", "tg://")):
            raise bad_request("BUTTON_URL_INVALID")
        return {"text": self.text, "url": str(self.url)}


class Markup(_Wire):
    """An inline keyboard."""

    inline_keyboard: list[list[Button]] = []

    def checked(self) -> list[list[dict[str, str]]]:
        """The rows that are not empty."""
        return [[button.checked() for button in row] for row in self.inline_keyboard if row]


class _Text(_Wire):
    text: str
    parse_mode: Literal["HTML"] | None = None
    reply_markup: Markup = Markup()

    def read(self) -> tuple[str, str]:
        """Plain text and safe HTML; raises `BotApiError`."""
        plain, safe = read_html(self.text) if self.parse_mode else read_plain(self.text)
        if not plain.strip():
            raise bad_request("message text is empty")
        if len(plain.encode("utf-16-le")) // 2 > TEXT_UNITS:
            raise bad_request("message is too long")
        return plain, safe


class SendMessage(_Text):
    """sendMessage."""

    chat_id: int


class EditText(_Text):
    """editMessageText."""

    chat_id: int
    message_id: int


class EditMarkup(_Wire):
    """editMessageReplyMarkup."""

    chat_id: int
    message_id: int
    reply_markup: Markup = Markup()


class AnswerQuery(_Wire):
    """answerCallbackQuery."""

    callback_query_id: str
    text: str = ""
    show_alert: bool = False


class SetWebhook(_Wire):
    """setWebhook."""

    url: str
    secret_token: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,256}$")
    allowed_updates: list[str] = []


def read(model: type[R], fields: Mapping[str, Any]) -> R:
    """The request; nested values come as JSON in a form. Raises `BotApiError`."""
    opened = {name: _opened(name, value) for name, value in fields.items()}
    try:
        return model.model_validate(opened)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        raise bad_request(f"{name}: {first['msg']}") from error


def _opened(name: str, value: Any) -> Any:
    if name not in NESTED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {name} JSON object") from None
