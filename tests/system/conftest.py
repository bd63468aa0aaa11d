"""A PostgreSQL server that keeps what was committed, outside of the service."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from secrets import token_hex

import pytest

from storage.embedded import EmbeddedServer
from storage.migrate import migrate
from storage.roles import as_login, make_login
from tests.support.databases import TEMPLATE, copied, execute, named
from tests.support.demo_process import Running, running_demo


@pytest.fixture(scope="session")
def durable_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The DSN of an empty database on a server whose commits reach the disk; beside it a migrated template."""
    server = EmbeddedServer(tmp_path_factory.mktemp("durable"))
    dsn = asyncio.run(server.start())
    asyncio.run(execute(dsn, f"CREATE DATABASE {TEMPLATE}"))
    asyncio.run(migrate(named(dsn, TEMPLATE)))
    asyncio.run(make_login(dsn))
    yield dsn
    asyncio.run(server.stop())


@pytest.fixture
async def durable_url(durable_server: str) -> AsyncIterator[str]:
    """The service's DSN of a fresh, migrated database there."""
    async with copied(durable_server, TEMPLATE, f"durable_{token_hex(4)}") as dsn:
        yield as_login(dsn)


@pytest.fixture(scope="session")
def demo_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demo, for all tests of this worker that look at it from outside."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running
