"""A hospital with a gateway and one device, and the parts of the listener on it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.demo.broker import BrokerPorts, embedded_broker
from tests.support.desk import Desk, open_desk
from tests.support.gateways import Mouth, add_gateway
from tests.support.service import free_port as a_free_port


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as desk:
        await add_gateway(desk.db, desk.world.hospital)
        yield desk


@pytest.fixture
def free_port() -> int:
    return a_free_port()


@pytest.fixture
async def broker_port(tmp_path: Path) -> AsyncIterator[int]:
    """The port of the embedded broker of this test alone."""
    ports = BrokerPorts(a_free_port(), a_free_port())
    async with embedded_broker(tmp_path, ports):
        yield ports.v5


@pytest.fixture
def mouth(broker_port: int) -> Iterator[Mouth]:
    mouth = Mouth.at(broker_port)
    with closing(mouth):
        yield mouth
