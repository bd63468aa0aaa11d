import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.histories import Stage
from bot.demo.seed import DemoTools, seed
from storage.database import Database
from storage.files import FolderFiles
from storage.roles import as_login
from storage.sealing import MasterKey, new_master_key
from tests.support.clocks import FixedClock
from tests.support.databases import TEMPLATE, copied, execute, named
from tests.support.demo import ENDPOINTS, Demo
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.identity.passwords import HashCost
from workflows.identity.sign_in import SignIn, SignInSettings
from workflows.registry import all_workflows

REAL = FixedClock(datetime(2026, 3, 4, 3, 0, tzinfo=UTC))
SEEDED = "demo_seeded"


@pytest.fixture(scope="session")
def demo_key() -> MasterKey:
    """What seals the accounts of every demo."""
    return MasterKey(new_master_key())


@pytest.fixture
async def tools(
    database_url: str, tmp_path: Path, demo_key: MasterKey
) -> AsyncIterator[tuple[DemoTools, SignIn]]:
    """What seeds an empty database."""
    async with _tools(database_url, tmp_path, demo_key) as found:
        yield found


@pytest.fixture(scope="session")
def seeded(
    postgres_url: str, template_url: str, demo_key: MasterKey, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Tells the stories once into a database that is copied for each test; the folder of their photos."""
    folder = tmp_path_factory.mktemp("seeded")

    async def make() -> None:
        await execute(postgres_url, f"CREATE DATABASE {SEEDED} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        async with _tools(as_login(named(postgres_url, SEEDED)), folder, demo_key) as (tools, _):
            await seed(tools)

    asyncio.run(make())
    return folder


@pytest.fixture
async def demo(
    postgres_url: str, seeded: Path, demo_key: MasterKey, database_names: Iterator[str], tmp_path: Path
) -> AsyncIterator[Demo]:
    """A demo of this test alone, as seeding leaves it."""
    files = shutil.copytree(seeded, tmp_path / "files")
    async with (
        copied(postgres_url, SEEDED, next(database_names)) as dsn,
        _tools(as_login(dsn), files, demo_key) as (tools, sign_in),
    ):
        yield Demo(tools.stage.db, tools, sign_in, await seed(tools))


@asynccontextmanager
async def _tools(dsn: str, folder: Path, key: MasterKey) -> AsyncIterator[tuple[DemoTools, SignIn]]:
    calendar = Calendar(ChineseWorkingDays({}, published_through=2026))
    async with Database.open(dsn) as db:
        stage = Stage(db, FolderFiles(folder, db, REAL), all_workflows(), calendar, REAL, seed=1)
        sign_in = SignIn(db, REAL, SignInSettings(cost=HashCost(time=1, memory_kib=64, lanes=1)))
        yield DemoTools(stage, key, sign_in.hash_password, ENDPOINTS), sign_in
