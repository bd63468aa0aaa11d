"""Writes that are put off and sent together: one journey to the database for many rows."""

from collections.abc import Sequence
from typing import Any, Protocol

from storage.database import Connection


class Writes(Protocol):
    """Takes statements that nobody waits for an answer of: a connection, or what sends them on later."""

    async def execute(self, query: str, *args: Any) -> Any: ...


class Later:
    """Keeps statements until `send`, and sends each kind's together, in the order in which the kinds first came.

    Whoever reads before that does not see them; a constraint that one breaks is broken at `send`.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, list[Sequence[Any]]] = {}

    async def execute(self, query: str, *args: Any) -> None:
        """Keep a statement for later."""
        self._waiting.setdefault(query, []).append(args)

    async def send(self, connection: Connection) -> None:
        """Do all that waits, in the caller's transaction."""
        waiting, self._waiting = self._waiting, {}
        for query, rows in waiting.items():
            await connection.executemany(query, rows)
