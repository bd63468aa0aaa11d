"""A transaction that somebody holds already, where a database is asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.database import Connection, Database, away_as_typed_error


class OneTransaction(Database):
    """A transaction that the caller holds, as a database: transactions within it are savepoints."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """The caller's connection; raises `DatabaseAway`."""
        with away_as_typed_error():
            yield self._connection
