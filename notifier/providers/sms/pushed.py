"""What providers push of SMS, in one form: what became of one, and what somebody answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from storage.numbers import mobile

WORDS_LENGTH = 2000  # a long SMS has about 500
MOST_PARTS = 20
EXTEND_LENGTH = 32


def _parts(value: object) -> int | None:
    """A count that makes sense, or nothing."""
    text = str(value) if isinstance(value, str | int) else ""
    counted = int(text) if text.isdecimal() and len(text) <= len(str(MOST_PARTS)) else 0
    return counted if 0 < counted <= MOST_PARTS else None


def _digits(value: object) -> str:
    """The last digits of what was written to; a reply counts whatever else stands there."""
    return re.sub(r"[^0-9]", "", str(value))[-EXTEND_LENGTH:]


def _storable(value: object) -> object:
    """Halves of characters are put together where both are there; one alone, and NUL, are shown as missing."""
    if not isinstance(value, str):
        return value
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\ufffd")[:WORDS_LENGTH]


Key = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Mobile = Annotated[
    str,
    BeforeValidator(lambda value: mobile(str(value)) or value),
    StringConstraints(pattern=r"^[0-9+]{5,20}$"),
]
Extend = Annotated[str, BeforeValidator(_digits)]
# As they were sent, but for what no database can hold.
Words = Annotated[str, BeforeValidator(_storable), StringConstraints(max_length=WORDS_LENGTH)]
Parts = Annotated[int | None, BeforeValidator(_parts)]


@dataclass(frozen=True)
class SmsReport:
    """What became of one SMS. `code` is kept as it comes; `parts` is how many the provider counts.

    `delivered` is None for a status that is not in the provider's documents, `at` where no readable time was told.
    """

    provider_id: str
    number: str
    delivered: bool | None
    code: str
    at: datetime | None
    unique_id: str = ""
    parts: int | None = None


@dataclass(frozen=True)
class SmsReply:
    """What somebody answered. `key` is the same however often it is pushed; `extend` the digits it was sent to.

    `words` are as they were sent; `said_at` is the provider's time, None where it told none.
    """

    key: str
    number: str
    extend: str
    words: str
    said_at: datetime | None = None


@dataclass(frozen=True)
class Pushed:
    """What one push told, and how many entries could not be read."""

    reports: Sequence[SmsReport] = ()
    replies: Sequence[SmsReply] = ()
    unreadable: int = 0
