"""A hospital with a gateway and one device, and the parts of the listener on it."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.demo.broker import BrokerPorts, embedded_broker
from tests.support.desk import Desk, open_desk
from tests.support.gateways import Mouth, add_gateway


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as desk:
        await add_gateway(desk.db, desk.world.hospital)
        yield desk


@pytest.fixture
def free_port() -> int:
    return _free_port()


@pytest.fixture
async def broker_port(tmp_path: Path) -> AsyncIterator[int]:
    """The port of the embedded broker of this test alone."""
    ports = BrokerPorts(_free_port(), _free_port())
    async with embedded_broker(tmp_path, ports):
        yield ports.v5


@pytest.fixture
def mouth(broker_port: int) -> Iterator[Mouth]:
    mouth = Mouth.at(broker_port)
    with closing(mouth):
        yield mouth


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
