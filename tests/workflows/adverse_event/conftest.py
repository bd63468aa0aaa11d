"""A desk with safety officer, vice-director and officers."""

from collections.abc import AsyncIterator

import pytest

from tests.support.desk import open_desk
from tests.support.events import Events, add_officials


@pytest.fixture
async def events(database_url: str) -> AsyncIterator[Events]:
    async with open_desk(database_url) as desk:
        yield Events(desk, await add_officials(desk.db, desk.world.hospital))
