"""Refusals of the Bot API."""

from http import HTTPStatus
from typing import Any


class BotApiError(Exception):
    """An answer with `ok: false`. `retry_after` is in seconds."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def answer(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(words: str) -> BotApiError:
    """400 with its reason."""
    return BotApiError(HTTPStatus.BAD_REQUEST, f"Bad Request: {words}")


def forbidden(words: str) -> BotApiError:
    """403 with its reason."""
    return BotApiError(HTTPStatus.FORBIDDEN, f"Forbidden: {words}")


def too_many(retry_after: int) -> BotApiError:
    """429 with the seconds to wait."""
    words = f"Too Many Requests: retry after {retry_after}"
    return BotApiError(HTTPStatus.TOO_MANY_REQUESTS, words, retry_after)
