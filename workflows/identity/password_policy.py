"""What a password must be (口令策略): long enough, not easily guessed, and new.

Length and guessing as NIST SP 800-63B asks for, without rules about kinds of characters; an age at which a password
must be changed is off, unless a hospital is examined by GB/T 22239-2019 in a reading that wants one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from zxcvbn import zxcvbn

from storage import policy_values
from storage.database import Connection
from storage.texts import N_
from workflows.definition import PolicyDefault
from workflows.errors import FormInvalid

NAME = "password"
DEFAULT = PolicyDefault(
    {"least_length": 10, "most_age_days": 0},
    "NIST SP 800-63B; GB/T 22239-2019 8.1.4.1",
)
LONGEST = 200
WEIGHED = 72  # beyond that the estimate takes long and changes nothing
NOT_EASY = 2  # more than a million guesses


class PasswordPolicy(BaseModel):
    """`least_length` in characters; `most_age_days` is 0 where a password may be kept for ever."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    least_length: int = Field(default=10, ge=8, le=64)
    most_age_days: int = Field(default=0, ge=0, le=3650)

    def is_too_old(self, changed_at: datetime | None, now: datetime) -> bool:
        """Must a password that was set at `changed_at` be changed? Real times; one of unknown age is old."""
        if not self.most_age_days:
            return False
        return changed_at is None or now - changed_at > timedelta(days=self.most_age_days)


@dataclass(frozen=True)
class Wish:
    """A password that somebody wants. `words` are what others would try first: names of person and place."""

    password: str
    words: tuple[str, ...]


async def policy_at(connection: Connection, path: str, now: datetime) -> PasswordPolicy:
    """What holds at the organisation of that path at business time `now`; a row that makes no sense is passed over."""
    value: Mapping[str, Any] = await policy_values.nearest(connection, NAME, path, now) or DEFAULT.value
    try:
        return PasswordPolicy.model_validate(value)
    except ValidationError:
        return PasswordPolicy()


def check(policy: PasswordPolicy, wish: Wish) -> None:
    """Raises `FormInvalid` for the field `password`. Takes some milliseconds."""
    if len(wish.password) < policy.least_length:
        raise _wrong(N_("At least {least_length} characters."), least_length=policy.least_length)
    if len(wish.password) > LONGEST:
        raise _wrong(N_("At most {max_length} characters."), max_length=LONGEST)
    if is_easy(wish.password, wish.words):
        raise _wrong(N_("This is easy to guess. Use several unrelated words."))


def is_easy(password: str, words: Iterable[str]) -> bool:
    """Would a million guesses find it? Known passwords, names, dates, rows of keys and repetitions are tried first."""
    known = [word.lower() for word in words if word]
    rated: dict[str, Any] = zxcvbn(password[:WEIGHED], user_inputs=known)
    return int(rated["score"]) < NOT_EASY


def _wrong(text: str, **params: Any) -> FormInvalid:
    return FormInvalid({"password": (text, params)})
