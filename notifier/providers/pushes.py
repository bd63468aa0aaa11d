"""What comes from providers' pushes: untrusted texts, times and lists, checked entry by entry."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints, ValidationError

from notifier.trim import one_line
from storage.clock import SHANGHAI

CODE_LENGTH = 64


class PushUnreadable(Exception):
    """What came is nothing that the provider pushes."""


def china_time(value: object) -> datetime:
    """Providers write China's time without saying so. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("not a time")  # noqa: TRY004 - pydantic wants it
    return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)


# What a provider does not know it leaves out, or sends as null.
_OrNothing = BeforeValidator(lambda value: "" if value is None else value)
Id = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$"), _OrNothing]
Code = Annotated[str, AfterValidator(lambda value: one_line(value)[:CODE_LENGTH]), _OrNothing]
ChinaTime = Annotated[datetime, BeforeValidator(china_time)]

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
