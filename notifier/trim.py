"""Keeps outside text within a channel's limits, on the borders of what a reader sees as characters."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_JOINER = "\u200d"
ELLIPSIS = "…"


@dataclass(frozen=True)
class Fitted:
    """A text that had to fit: how long it was, and may be. `unit`: columns (half a Chinese character), bytes, units."""

    used: int
    limit: int
    unit: str

    @property
    def share(self) -> float:
        """Above 1 it was cut."""
        return self.used / self.limit


_noted: ContextVar[list[Fitted] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[list[Fitted]]:
    """Every text that is made to fit within the `with`, so that nobody has to know a channel's limits but itself."""
    found: list[Fitted] = []
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def clean(text: str) -> str:
    """Without control characters and lone surrogates, which neither JSONB nor UTF-8 can hold."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Clean, and every run of white space a single space."""
    return " ".join(clean(text).split())


def columns(text: str) -> int:
    """Width on a screen: 2 for a Chinese character or an emoji, 1 for a Latin letter, 0 for an accent."""
    return sum(_columns_of(character) for character in text)


def fit_columns(text: str, zi: int) -> str:
    """At most `zi` 字, each as wide as two Latin letters."""
    return _fit(text, 2 * zi, columns, "columns")


def fit_bytes(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8."""
    return _fit(text, limit, lambda part: len(part.encode()), "bytes")


def fit_units(text: str, limit: int) -> str:
    """At most `limit` UTF-16 code units, in which Telegram counts."""
    return _fit(text, limit, utf16_units, "units")


def utf16_units(text: str) -> int:
    """How many UTF-16 code units: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def _columns_of(character: str) -> int:
    if _is_attached(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def _is_attached(character: str) -> bool:
    return character == _JOINER or unicodedata.category(character) in ("Mn", "Me")


def _fit(text: str, limit: int, size: Callable[[str], int], unit: str) -> str:
    whole = size(text)
    if (noted := _noted.get()) is not None:
        noted.append(Fitted(whole, limit, unit))
    if whole <= limit:
        return text
    room, used, end = limit - size(ELLIPSIS), 0, 0
    for end, character in enumerate(text):  # noqa: B007 - the place where it stopped is the result
        used += size(character)
        if used > room:
            break
    return text[: _border_before(text, end)].rstrip() + ELLIPSIS


def _border_before(text: str, end: int) -> int:
    """The nearest place at or before `end` that parts no accent or joined emoji from its base."""
    while end > 0 and (_is_attached(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return end
