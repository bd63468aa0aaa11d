"""A PostgreSQL server that keeps what was committed, outside of the service."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from storage.embedded import EmbeddedServer
from storage.migrate import migrate


@pytest.fixture(scope="session")
def durable_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedServer(tmp_path_factory.mktemp("durable"))
    yield asyncio.run(server.start())
    asyncio.run(server.stop())


@pytest.fixture
async def durable_url(durable_server: str, tmp_path: Path) -> AsyncIterator[str]:
    """The DSN of a fresh, migrated database whose commits reach the disk."""
    name = f"durable_{abs(hash(tmp_path))}"
    connection = await asyncpg.connect(durable_server)
    await connection.execute(f"CREATE DATABASE {name}")
    dsn = durable_server.replace("///yishe?", f"///{name}?")
    await migrate(dsn)
    yield dsn
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()
