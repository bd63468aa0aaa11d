from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.histories import Stage
from bot.demo.seed import DemoTools, seed
from storage.database import Database
from storage.files import FolderFiles
from storage.sealing import MasterKey, new_master_key
from tests.support.clocks import FixedClock
from tests.support.demo import ENDPOINTS, Demo
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.identity.passwords import HashCost
from workflows.identity.sign_in import SignIn, SignInSettings
from workflows.registry import all_workflows


@pytest.fixture
async def tools(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[DemoTools, SignIn]]:
    real = FixedClock(datetime(2026, 3, 4, 3, 0, tzinfo=UTC))
    calendar = Calendar(ChineseWorkingDays({}, published_through=2026))
    async with Database.open(database_url) as db:
        stage = Stage(db, FolderFiles(tmp_path, db, real), all_workflows(), calendar, real, seed=1)
        sign_in = SignIn(db, real, SignInSettings(cost=HashCost(time=1, memory_kib=64, lanes=1)))
        yield DemoTools(stage, MasterKey(new_master_key()), sign_in.hash_password, ENDPOINTS), sign_in


@pytest.fixture
async def demo(tools: tuple[DemoTools, SignIn]) -> Demo:
    return Demo(tools[0].stage.db, *tools, await seed(tools[0]))
