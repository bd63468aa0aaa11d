"""Refusals of the Bot API."""

from http import HTTPStatus
from typing import Any


class BotApiError(Exception):
    """An answer with `ok: false`. `parameters` tell programs more (ResponseParameters)."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | {"parameters": self.parameters} if self.parameters else body


def bad_request(words: str) -> BotApiError:
    """400 with its reason."""
    return BotApiError(HTTPStatus.BAD_REQUEST, f"Bad Request: {words}")


def forbidden(words: str) -> BotApiError:
    """403 with its reason."""
    return BotApiError(HTTPStatus.FORBIDDEN, f"Forbidden: {words}")


def too_many(retry_after: int) -> BotApiError:
    """429 with the seconds to wait."""
    words = f"Too Many Requests: retry after {retry_after}"
    return BotApiError(HTTPStatus.TOO_MANY_REQUESTS, words, retry_after=retry_after)


def moved(chat_id: int) -> BotApiError:
    """400 for a group that is a supergroup now, of that id."""
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    return BotApiError(HTTPStatus.BAD_REQUEST, words, migrate_to_chat_id=chat_id)
