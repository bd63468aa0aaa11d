"""Running pages for every test of this room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.pages import Pages, running_pages


@pytest.fixture
async def pages(database_url: str, tmp_path: Path) -> AsyncIterator[Pages]:
    async with running_pages(database_url, tmp_path / "files") as running:
        yield running
