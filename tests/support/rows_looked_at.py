"""How many rows PostgreSQL looks at for what a function asks of the database: read, and thrown away again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from storage.database import Connection, Database


class Watched:
    """Stands in for a database: each statement is explained with what it did before it is answered."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.rows = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["WatchedConnection"]:
        async with self._db.connection() as connection, connection.transaction():
            # As with many rows: of few, all are read at once, whatever the indexes.
            for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
                await connection.execute(f"SET LOCAL enable_{way} = off")
            yield WatchedConnection(self, connection)

    async def fetch(self, sql: str, *args: Any) -> Any:
        async with self.connection() as connection:
            return await connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        async with self.connection() as connection:
            return await connection.fetchrow(sql, *args)


class WatchedConnection:
    """One connection of it."""

    def __init__(self, watched: Watched, connection: Connection) -> None:
        self._watched, self._connection = watched, connection

    async def fetch(self, sql: str, *args: Any) -> Any:
        await self._explain(sql, args)
        return await self._connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        await self._explain(sql, args)
        return await self._connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        await self._explain(sql, args)
        return await self._connection.fetchval(sql, *args)

    async def _explain(self, sql: str, args: Any) -> None:
        plan = await self._connection.fetchval(f"EXPLAIN (ANALYZE, TIMING off, FORMAT json) {sql}", *args)
        self._watched.rows += _rows(json.loads(plan)[0]["Plan"])


def _rows(node: dict[str, Any]) -> int:
    seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    seen += node.get("Rows Removed by Index Recheck", 0)
    own = round(seen * node["Actual Loops"]) if "Scan" in node["Node Type"] else 0
    return own + sum(_rows(part) for part in node.get("Plans", []))
