"""What providers report of calls, in one form: answered or not, and which key was pressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]


@dataclass(frozen=True)
class CallEvent:
    """One thing that happened to a call, which is known by the provider's id, ours, or the number in turn.

    `keys` are those pressed, in order; `at` is None where the provider does not say when. `code` is its own word.
    `answered` is None for a state that is not in the provider's documents.
    """

    call_id: str
    answered: bool | None
    code: str
    out_id: str = ""
    number: str = ""
    keys: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Pushed:
    """What one push told: events, and how many entries could not be read. Progress of a call is no event."""

    events: Sequence[CallEvent]
    unreadable: int = 0
