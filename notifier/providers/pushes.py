"""What comes from providers' pushes: untrusted texts, times and lists, checked entry by entry."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, StringConstraints, ValidationError

from notifier.trim import one_line
from storage.clock import SHANGHAI

CODE_LENGTH = 64
# A time further off than a vendor goes on trying, or ahead of ours, is no time of a report.
OLDEST, FURTHEST_AHEAD = timedelta(days=30), timedelta(days=1)
SECONDS, MILLISECONDS = 10, 13  # digits of a moment that is counted since 1970


class PushUnreadable(Exception):
    """What came is nothing that the provider pushes."""


def china_time_or_none(value: object) -> datetime | None:
    """Providers write China's time without saying so, or seconds or milliseconds since 1970; None for anything else.

    What became of a message counts more than when: a report is not lost for its time.
    """
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if text.isascii() and text.isdecimal() and len(text) in (SECONDS, MILLISECONDS):
        return datetime.fromtimestamp(int(text[:SECONDS]), UTC)
    with suppress(ValueError):
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    with suppress(ValueError):
        known = datetime.fromisoformat(text.replace("/", "-")) if len(text) > len("2026-01-01") else None
        return known and (known if known.tzinfo else known.replace(tzinfo=SHANGHAI))
    return None


def reported_at(at: datetime | None, now: datetime) -> tuple[datetime, bool]:
    """When it was so, and whether that is only when it came: no time was told, or one that cannot be."""
    with suppress(OverflowError):
        if at is not None and now - OLDEST <= at <= now + FURTHEST_AHEAD:
            return at, False
    return now, True


def _is_word(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


# What a provider does not know it leaves out, or sends as null.
_OrNothing = BeforeValidator(lambda value: "" if value is None else value)
Id = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$"), _OrNothing]
# The provider's own word for something, which loses no report when it is none.
Code = Annotated[
    str, BeforeValidator(lambda value: one_line(str(value))[:CODE_LENGTH] if _is_word(value) else "")
]
MaybeTime = Annotated[datetime | None, BeforeValidator(china_time_or_none)]

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R")


def read(entries: Sequence[Any], model: type[M], made: Callable[[M], R]) -> tuple[list[R], int]:
    """The entries that can be read, and how many cannot."""
    found: list[R] = []
    for entry in entries:
        try:
            found.append(made(model.model_validate(entry)))
        except ValidationError:
            continue
    return found, len(entries) - len(found)
