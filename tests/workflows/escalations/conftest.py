"""The auditor asks whether anybody could be told, so these people have channels."""

import pytest

from tests.support.channels import give_channels
from tests.support.desk import Desk


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    """The desk of all workflows, with a mailbox for each of its people."""
    await give_channels(desk.db)
    return desk
