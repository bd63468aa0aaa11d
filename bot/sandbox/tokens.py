"""Access tokens as WeCom hands them out: one for each app, good for two hours."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import BAD_TOKEN, TOKEN_EXPIRED, TOKEN_MISSING, WeComError
from bot.sandbox.limits import Recent

VALID_S = 7200.0
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

AppKey = tuple[str, int]


def random_word(rng: random.Random, length: int) -> str:
    """Letters that fit everywhere WeCom uses opaque words."""
    return "".join(rng.choices(ALPHABET, k=length))


@dataclass
class _Token:
    word: str
    app: AppKey
    expires: float


class Tokens:
    """Issues and checks tokens. Rules: developer.work.weixin.qq.com/document/path/91039."""

    def __init__(self, monotonic: Callable[[], float], rng: random.Random) -> None:
        self._monotonic = monotonic
        self._rng = rng
        self._current: dict[AppKey, _Token] = {}
        self._issued: Recent[str, _Token] = Recent(1000)

    def issue(self, app: AppKey) -> tuple[str, int]:
        """The app's token and the seconds it has left; the same one while it is valid."""
        token = self._current.get(app)
        if token is None or token.expires <= self._monotonic():
            token = _Token(random_word(self._rng, 214), app, self._monotonic() + VALID_S)
            self._current[app] = self._issued[token.word] = token
        return token.word, int(token.expires - self._monotonic())

    def app_of(self, word: str | None) -> AppKey:
        """Whose token this is; raises `WeComError` 41001, 40014 or 42001."""
        if not word:
            raise WeComError(TOKEN_MISSING)
        token = self._issued.get(word)
        if token is None:
            raise WeComError(BAD_TOKEN)
        if token.expires <= self._monotonic():
            raise WeComError(TOKEN_EXPIRED)
        return token.app

    def expire_all(self) -> None:
        """End every token's life: 42001 from now on."""
        for token in self._current.values():
            token.expires = self._monotonic()

    def invalidate_all(self) -> None:
        """Forget every token, as WeCom may at any moment: 40014 from now on."""
        self._current.clear()
        self._issued.clear()
