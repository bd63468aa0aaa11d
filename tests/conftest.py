"""A real PostgreSQL for the tests: a server for each worker, a fresh database for each test."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage import migration_sql
from storage.embedded import EmbeddedServer
from storage.migrate import migrate
from storage.roles import as_login, make_login
from tests.support.databases import TEMPLATE, copied, execute, named
from tests.support.migration_cache import MigrationCache

pytest_plugins = ["tests.support.browser", "tests.support.order", "tests.support.timing"]
# Not durable: a test that crashes the server starts one of its own.
IN_A_HURRY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
}
MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it are made for one run, with names that nobody knows
ROOM = 2 * 1024**3


@pytest.fixture(scope="session", autouse=True)
def migrations_worked_out_once(pytestconfig: pytest.Config) -> Iterator[None]:
    """What the migrations are as SQL takes seconds to find out, and is the same until one of their sources changes."""
    with pytest.MonkeyPatch.context() as patch:
        keep = MigrationCache(Path(pytestconfig.cache.mkdir("migrations")), migration_sql.statements)
        patch.setattr(migration_sql, "statements", keep.statements)
        yield


@pytest.fixture(scope="session")
def quick_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where there is room: the hundreds of files of a new database take a slow disk a second and more."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        yield tmp_path_factory.mktemp("postgres")
        return
    with tempfile.TemporaryDirectory(prefix="yishe-tests-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_url(quick_folder: Path) -> Iterator[str]:
    """The DSN of an empty database on this worker's own server."""
    server = EmbeddedServer(quick_folder / "postgres", settings=IN_A_HURRY)
    yield asyncio.run(server.start())
    asyncio.run(server.stop())


@pytest.fixture(scope="session")
def template_url(postgres_url: str) -> str:
    """The owner's DSN of a database that was migrated once and that nobody may stay connected to."""
    dsn = named(postgres_url, TEMPLATE)

    async def make() -> None:
        await execute(postgres_url, f"CREATE DATABASE {TEMPLATE}")
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
    async with copied(postgres_url, TEMPLATE, next(database_names)) as dsn:
        yield dsn
