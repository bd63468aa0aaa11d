"""What providers push of SMS, in one form: what became of one, and what somebody answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from notifier.trim import one_line

WORDS_LENGTH = 300
MOST_PARTS = 20
EXTEND_LENGTH = 32


def _parts(value: object) -> int | None:
    """A count that makes sense, or nothing."""
    counted = int(value) if isinstance(value, str | int) and str(value).isdecimal() else 0
    return counted if 0 < counted <= MOST_PARTS else None


def _digits(value: object) -> str:
    """The last digits of what was written to; a reply counts whatever else stands there."""
    return re.sub(r"[^0-9]", "", str(value))[-EXTEND_LENGTH:]


Key = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Mobile = Annotated[str, StringConstraints(pattern=r"^[0-9+]{5,20}$")]
Extend = Annotated[str, BeforeValidator(_digits)]
Words = Annotated[str, AfterValidator(lambda value: one_line(value)[:WORDS_LENGTH])]
Parts = Annotated[int | None, BeforeValidator(_parts)]


@dataclass(frozen=True)
class SmsReport:
    """What became of one SMS. `code` is kept as it comes; `parts` is how many the provider counts."""

    provider_id: str
    number: str
    delivered: bool
    code: str
    at: datetime
    unique_id: str = ""
    parts: int | None = None


@dataclass(frozen=True)
class SmsReply:
    """What somebody answered. `key` is the same however often it is pushed; `extend` the digits it was sent to."""

    key: str
    number: str
    extend: str
    words: str


@dataclass(frozen=True)
class Pushed:
    """What one push told, and how many entries could not be read."""

    reports: Sequence[SmsReport] = ()
    replies: Sequence[SmsReply] = ()
    unreadable: int = 0
