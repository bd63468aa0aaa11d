"""What goes on behind an answer: work that was given up waiting for, and words sent by another way."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger()


class Teller(Protocol):
    """Sends words to one person, where a provider lets the answer carry none."""

    async def tell(self, account_id: int, address: str, text: str) -> None:
        """Raises when it fails; nobody waits for it."""
        ...


class Background:
    """Tasks that outlive the request that began them. `close` ends them with the service."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def within(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """The result of `work`; raises TimeoutError when it takes longer, and `work` is then cancelled.

        The time holds even when the cancelled work cannot end, as when a dead database is to roll back.
        """
        task = self.start(work)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            task.cancel()
            raise TimeoutError
        return task.result()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` as a task that is not forgotten."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def settle(self) -> None:
        """Wait until nothing goes on."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self, seconds: float = 5.0) -> None:
        """Give what goes on a little time, then end it."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in late:
                task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # who waited has had it; else nobody is left to be told


class Recent:
    """The newest keys, each with the value it came with first. Forgets the oldest."""

    def __init__(self, most: int = 2000) -> None:
        self._most = most
        self._known: OrderedDict[Any, Any] = OrderedDict()

    def first(self, key: Any, value: T) -> T:
        """The value that `key` came with first: `value` itself when it is new."""
        first: T = self._known.setdefault(key, value)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return first


class Telling:
    """Tells each event's words once, however often the event comes. A failure is logged."""

    def __init__(self, teller: Teller, background: Background) -> None:
        self._teller = teller
        self._background = background
        self._told = Recent()

    def tell(self, event_key: str, account_id: int, address: str, text: str) -> None:
        """Begin to tell; returns at once."""
        self.once(event_key, account_id, lambda: self._teller.tell(account_id, address, text))

    def once(self, event_key: str, account_id: int, errand: Callable[[], Awaitable[None]]) -> None:
        """Begin an errand, unless the same event has begun one; returns at once."""
        mine = object()
        if self._told.first(event_key, mine) is mine:
            self._background.start(self._run(account_id, errand))

    async def _run(self, account_id: int, errand: Callable[[], Awaitable[None]]) -> None:
        try:
            await errand()
        except Exception as failure:  # noqa: BLE001 - an errand of any provider; the press itself was answered
            log.warning("chat_telling_failed", account=account_id, why=type(failure).__name__)
