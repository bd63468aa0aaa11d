"""One time limit for many sends that begin together: one timer for a batch, where `asyncio.timeout` takes one each."""

import asyncio
from types import TracebackType
from typing import Any, cast


class TimeIsUp(Exception):
    """The block took longer than the limit."""


class TimeLimit:
    """`with limit:` in any number of tasks; what is still inside after `seconds` is ended with `TimeIsUp`."""

    def __init__(self, seconds: float) -> None:
        self._inside: set[asyncio.Task[Any]] = set()
        self._ended: set[asyncio.Task[Any]] = set()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._end)

    def close(self) -> None:
        """Nobody will be inside any more."""
        self._timer.cancel()

    def _end(self) -> None:
        for task in self._inside:
            self._ended.add(task)
            task.cancel()

    def __enter__(self) -> None:
        self._inside.add(_this_task())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = _this_task()
        self._inside.discard(task)
        if task in self._ended:
            self._ended.discard(task)
            if task.uncancel() == 0 and kind is asyncio.CancelledError:
                raise TimeIsUp from None


def _this_task() -> asyncio.Task[Any]:
    return cast(asyncio.Task[Any], asyncio.current_task())  # only the coroutines of a task come here
