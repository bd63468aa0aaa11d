"""Ten years of partitions, and how many of them each statement that ran would lock."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from storage import database

MONTHS = 120
MAKE = """
SELECT ensure_partitions(11, date_trunc('month', now()) - make_interval(years => years, months => -1))
  FROM generate_series(1, 10) years
"""
LOCKED = """
SELECT p.relname AS name, count(DISTINCT l.relation) AS partitions
  FROM pg_locks l JOIN pg_inherits i ON i.inhrelid = l.relation
  JOIN pg_class p ON p.oid = i.inhparent AND p.relkind = 'p'
 WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' GROUP BY 1
"""
TOUCHES = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


async def make_ten_years(owner_url: str) -> None:
    """A partition for each month of the last ten years, in every table that is partitioned."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("SET client_min_messages = warning")
        await connection.execute(MAKE)
    finally:
        await connection.close()


@dataclass(eq=False)
class Recorder:
    """Statements that ran, each with the values it had last."""

    ran: dict[str, Sequence[Any]] = field(default_factory=dict)

    def __call__(self, query: Any) -> None:
        if TOUCHES.match(query.query) and query.exception is None:
            self.ran[query.query] = query.args

    async def most_partitions(self, dsn: str) -> dict[str, Mapping[str, int]]:
        """By statement, how many partitions of each table it locks: those that it would look into."""
        connection = await asyncpg.connect(dsn)
        await connection.set_type_codec(
            "jsonb", encoder=database.dump_json, decoder=json.loads, schema="pg_catalog"
        )
        try:
            return {sql: await _locked(connection, sql, args) for sql, args in self.ran.items()}
        finally:
            await connection.close()


async def _locked(connection: asyncpg.Connection, sql: str, args: Sequence[Any]) -> Mapping[str, int]:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.fetch(f"EXPLAIN {sql}", *args)
        return {row["name"]: row["partitions"] for row in await connection.fetch(LOCKED)}
    finally:
        await transaction.rollback()


@contextmanager
def recorded() -> Iterator[Recorder]:
    """What runs on connections that are opened within."""
    recorder, prepare = Recorder(), database._prepare

    async def with_recorder(connection: asyncpg.Connection) -> None:
        await prepare(connection)
        connection.add_query_logger(recorder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_prepare", with_recorder)
        yield recorder
