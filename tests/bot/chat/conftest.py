from collections.abc import AsyncIterator

import pytest

from tests.support.chat import Rig, chat_rig
from tests.support.telegram_chat import Bot, bot_rig


@pytest.fixture
async def rig(database_url: str) -> AsyncIterator[Rig]:
    async with chat_rig(database_url) as made:
        yield made


@pytest.fixture
async def bot(database_url: str) -> AsyncIterator[Bot]:
    async with bot_rig(database_url) as made:
        yield made
