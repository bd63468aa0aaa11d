"""Access tokens: one request however many want one, early renewal, and a second one when it died early.

Within a process here, among all processes by `storage.provider_tokens`.

Source: developer.work.weixin.qq.com document 91039.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.clock import Clock

_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Token:
    """A token as WeCom gave it."""

    value: str
    expires_in_s: float


class TokenCache:
    """The token of one (corporation, secret). `fetch` gets one that is not the stale one; it raises SendFailed.

    Everybody who waits shares one request and its outcome; a failure is not kept, the next call asks again.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[Token]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._value: str | None = None
        self._stale = ""
        self._good_until: datetime | None = None
        self._request: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """A token that is good for some minutes. Raises what `fetch` raises."""
        if self._value is not None and self._good_until is not None and self._clock.now() < self._good_until:
            return self._value
        if self._request is None or self._request.done():
            self._request = asyncio.create_task(self._renew(), name="wecom-token")
            self._request.add_done_callback(_seen)
        # One caller's cancellation must not take the token away from the others.
        return await asyncio.shield(self._request)

    def invalidate(self, value: str) -> None:
        """WeCom refused `value`. A newer token stays: a hundred late refusals cause one request."""
        if self._value == value:
            self._value, self._stale = None, value

    async def _renew(self) -> str:
        asked_at = self._clock.now()
        token = await self._fetch(self._stale)
        lifetime = timedelta(seconds=token.expires_in_s)
        # Asked early, WeCom gives the same token with the time it has left; a fixed margin would then
        # be used up at once and every call would ask again.
        self._value, self._good_until = token.value, asked_at + lifetime - min(_MARGIN, lifetime / 10)
        return token.value


def _seen(request: asyncio.Task[str]) -> None:
    """A failure whose every waiter has gone away is nobody's news."""
    if not request.cancelled():
        request.exception()
