from collections.abc import AsyncIterator

import pytest

from tests.support.outside import Outside, outside


@pytest.fixture
async def around(database_url: str) -> AsyncIterator[Outside]:
    async with outside(database_url) as made:
        yield made
