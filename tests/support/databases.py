"""Databases on a test worker's server: made from a template, gone at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

TEMPLATE = "migrated"  # made once a worker, with nobody connected to it


def named(dsn: str, database: str) -> str:
    """The DSN of another database on the same embedded server."""
    return dsn.replace("///yishe?", f"///{database}?")


async def execute(dsn: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def copied(dsn: str, template: str, name: str) -> AsyncIterator[str]:
    """The owner's DSN of a copy of a database to which nobody is connected, for the length of a `with`."""
    await execute(dsn, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield named(dsn, name)
    await execute(dsn, f"DROP DATABASE {name} WITH (FORCE)")
