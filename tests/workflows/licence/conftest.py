"""The people of licences at a desk."""

import pytest

from tests.support.desk import Desk
from tests.support.licences import Licences, licences_at


@pytest.fixture
async def licences(desk: Desk) -> Licences:
    return await licences_at(desk)
