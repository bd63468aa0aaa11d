from collections.abc import AsyncIterator

import pytest

from tests.support.sandbox import Sandbox, sandbox


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with sandbox() as running:
        yield running
