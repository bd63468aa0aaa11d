"""How long and how much a browser may send: a slow or endless sender is left standing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiohttp import web

from storage.texts import N_
from workflows.errors import WorkflowError


class BodyTooLarge(WorkflowError):
    """More than anybody types, or more photos than can be taken."""

    text = N_("This is too large to be sent: at most 6 photos of 12 MB each. Nothing was saved.")


class TooSlow(WorkflowError):
    """The body did not arrive in time."""

    text = N_(
        "What you sent arrived too slowly, so nothing was saved. Please go where reception is better and try again."
    )


@dataclass(frozen=True)
class Allowance:
    """`grace_s` for the beginning, then at least `bytes_per_s` on average, and never longer than `longest_s`.

    A photo of 12 MB over 2G (EDGE, some 25 kB/s) takes eight minutes.
    """

    grace_s: float = 20.0
    bytes_per_s: float = 4096.0
    longest_s: float = 900.0


DEFAULT = Allowance()


class Patience:
    """Watches one body on its way in."""

    def __init__(
        self, request: web.Request, timer: asyncio.Timeout, allowance: Allowance, most_bytes: int
    ) -> None:
        self._content = request.content
        self._timer = timer
        self._allowance = allowance
        self._most_bytes = most_bytes
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self.came()

    def came(self) -> None:
        """Something came: that much longer may the rest take. Raises `BodyTooLarge`."""
        if self._content.total_bytes > self._most_bytes:
            raise BodyTooLarge
        a = self._allowance
        allowed = min(a.grace_s + self._content.total_bytes / a.bytes_per_s, a.longest_s)
        self._timer.reschedule(self._since + allowed)

    @contextmanager
    def our_own_work(self) -> Iterator[None]:
        """What we do with a part of it is not the sender's time."""
        began = self._loop.time()
        self._timer.reschedule(None)
        try:
            yield
        finally:
            self._since += self._loop.time() - began
        self.came()


@asynccontextmanager
async def patience(request: web.Request, most_bytes: int) -> AsyncIterator[Patience]:
    """Read a body within; raises `TooSlow` and, by `came`, `BodyTooLarge`."""
    timer = asyncio.timeout(None)
    try:
        async with timer:
            yield Patience(request, timer, DEFAULT, most_bytes)
    except TimeoutError:
        if timer.expired():
            raise TooSlow from None
        raise
