"""Connections at hand: between two uses they stay outside of asyncpg's pool, which spends more on each than a query.

The pool makes them, replaces those that broke, and has the queue in which everybody waits, first come, first served,
while all are in use. What comes back in order, and nobody waits for, is kept here for the next to ask.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:  # asyncpg's classes are generic for type checkers only
    Pool = asyncpg.Pool[asyncpg.Record]
    Pooled = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:
    Pool = asyncpg.Pool
    Pooled = asyncpg.pool.PoolConnectionProxy


class Ready:
    """The pool's connections, and those of them that are at hand."""

    def __init__(self, pool: Pool, within_s: float) -> None:
        self._pool = pool
        self._within_s = within_s
        self._at_hand: list[Pooled] = []
        self._waiting = 0

    @property
    def idle(self) -> int:
        """How many are in no use."""
        return self._pool.get_idle_size() + len(self._at_hand)

    async def take(self) -> Pooled:
        """One to use; raises what asyncpg raises, or TimeoutError."""
        while self._at_hand:
            connection = self._at_hand.pop()
            if _lives(connection):
                return connection
            await self._pool.release(connection)
        with self._in_the_queue():
            return await self._pool.acquire(timeout=self._within_s)

    async def give_back(self, connection: Pooled, *, in_order: bool) -> None:
        """It is used no more; `in_order` unless something went wrong meanwhile."""
        if in_order and not self._waiting and _lives(connection) and not connection.is_in_transaction():
            self._at_hand.append(connection)
        else:
            await self._pool.release(connection)

    async def close(self) -> None:
        """Give all of them back to the pool."""
        while self._at_hand:
            await self._pool.release(self._at_hand.pop())

    @contextmanager
    def _in_the_queue(self) -> Iterator[None]:
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


def _lives(connection: Pooled) -> bool:
    """Is it still open? One that was lost is the pool's again already, and says so by an error."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
