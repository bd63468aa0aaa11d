"""A real PostgreSQL for the tests: a server for each worker, a fresh database for each test."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from storage.embedded import EmbeddedServer
from storage.migrate import migrate
from storage.roles import as_login, make_login

pytest_plugins = ["tests.support.browser"]
TEMPLATE = "migrated"
# Not durable: a test that crashes the server starts one of its own.
IN_A_HURRY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The DSN of an empty database on this worker's own server."""
    server = EmbeddedServer(tmp_path_factory.mktemp("postgres"), settings=IN_A_HURRY)
    yield asyncio.run(server.start())
    asyncio.run(server.stop())


@pytest.fixture(scope="session")
def template_url(postgres_url: str) -> str:
    """The owner's DSN of a database that was migrated once and that nobody may stay connected to."""
    dsn = _named(postgres_url, TEMPLATE)

    async def make() -> None:
        await _execute(postgres_url, f"CREATE DATABASE {TEMPLATE}")
        await migrate(dsn)
        await make_login(postgres_url)

    asyncio.run(make())
    return dsn


@pytest.fixture(scope="session")
def database_names() -> Iterator[str]:
    """Names that no other test of this worker has had."""
    return (f"test_{number}" for number in itertools.count())


@pytest.fixture
def database_url(owner_url: str) -> str:
    """The service's DSN of a fresh, migrated database of this test alone: it may do what the service may."""
    return as_login(owner_url)


@pytest.fixture
async def owner_url(
    postgres_url: str, template_url: str, database_names: Iterator[str]
) -> AsyncIterator[str]:
    """The same database for whoever owns its tables."""
    name = next(database_names)
    await _execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield _named(postgres_url, name)
    await _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def _named(dsn: str, database: str) -> str:
    return dsn.replace("///yishe?", f"///{database}?")


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
