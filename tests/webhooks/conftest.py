from collections.abc import AsyncIterator

import pytest

from tests.support.sms_road import SmsRoad, sms_road


@pytest.fixture
async def road(database_url: str) -> AsyncIterator[SmsRoad]:
    async with sms_road(database_url) as made:
        yield made
