"""Codes of sign-ins by WeCom: each is good once, for five minutes and for the app that asked.

Rules: developer.work.weixin.qq.com documents 96441 and 96442.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bot.sandbox.errors import BAD_CODE, WeComError
from bot.sandbox.limits import Recent
from bot.sandbox.tokens import AppKey, random_word

GOOD_S = 300.0
STRANGER = "-"


@dataclass(frozen=True)
class _Code:
    app: AppKey
    userid: str
    expires: float


class Codes:
    """Codes that browsers bring back, each for one use."""

    def __init__(self, monotonic: Callable[[], float], rng: Random) -> None:
        self._monotonic = monotonic
        self._rng = rng
        self._issued: Recent[str, _Code] = Recent(1000)
        self._used: set[str] = set()

    def issue(self, app: AppKey, userid: str) -> str:
        """A code for that member; `STRANGER` is somebody who is none."""
        word = random_word(self._rng, 43)
        self._issued[word] = _Code(app, userid, self._monotonic() + GOOD_S)
        return word

    def use(self, app: AppKey, word: str) -> str:
        """Whose it is; raises `WeComError` 40029 for one that is used, too old, of another app, or none."""
        code = self._issued.get(word)
        if code is None or word in self._used or code.expires <= self._monotonic() or code.app != app:
            raise WeComError(BAD_CODE)
        self._used.add(word)
        return code.userid
