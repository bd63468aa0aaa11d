"""The state of a sign-in that goes by WeCom: bound to one browser, one account and one way, for ten minutes.

The browser keeps the seed in a cookie; the address carries what only we can derive from it, in the letters and
digits that WeCom allows. That it is used once is counted for all processes.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from pydantic import TypeAdapter, ValidationError

from h5_pages.seals import Seals, same

HOLDS = timedelta(minutes=10)


@dataclass(frozen=True)
class Begun:
    """A sign-in under way. `at` is real time, in seconds."""

    nonce: str
    account: str
    inside: bool
    then: str
    at: int

    @classmethod
    def now(cls, account: str, then: str, at: datetime, *, inside: bool) -> "Begun":
        return cls(token_hex(16), account, inside, then, int(at.timestamp()))

    def state(self, seals: Seals) -> str:
        """What comes back with the browser."""
        parts = (self.nonce, self.account, str(self.inside), self.then, str(self.at))
        return seals.token("wecom sign-in", *parts).encode().hex()

    def cookie(self) -> str:
        """For the browser to keep."""
        return base64.urlsafe_b64encode(KEPT.dump_json(self)).decode()

    def came_back(self, seals: Seals, account: str, state: str, at: datetime) -> bool:
        """Did this browser come back to the same account in time, with the state that it was given?"""
        in_time = timedelta(0) <= at - self._began(at) <= HOLDS
        return in_time and self.account == account and same(state, self.state(seals))

    def _began(self, at: datetime) -> datetime:
        return datetime.fromtimestamp(self.at, at.tzinfo)


KEPT = TypeAdapter(Begun)


def begun_in(cookie: str) -> Begun | None:
    """What the browser kept, if it is that; it proves nothing before `came_back`."""
    try:
        return KEPT.validate_json(base64.urlsafe_b64decode(cookie.encode()))
    except (ValidationError, binascii.Error, ValueError):
        return None
