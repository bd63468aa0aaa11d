import asyncio
from pathlib import Path

import pytest

from storage.scanning import Clamd, Infected, ScannerAway
from tests.support.clamd import EICAR, _serve, clamd


async def test_what_the_daemon_knows_is_refused_and_the_rest_passes() -> None:
    async with clamd() as address:
        await Clamd(address).check(b"hello" * 100_000)
        await Clamd(address).check(b"")
        with pytest.raises(Infected, match="Eicar-Test-Signature"):
            await Clamd(address).check(b"x" * 70_000 + EICAR)


async def test_it_speaks_through_a_socket_file_too(tmp_path: Path) -> None:
    server = await asyncio.start_unix_server(_serve, tmp_path / "clamd.ctl")
    async with server:
        with pytest.raises(Infected):
            await Clamd(f"unix://{tmp_path}/clamd.ctl").check(EICAR)


async def test_too_large_for_the_daemon_is_not_taken_for_clean() -> None:
    async with clamd() as address:
        with pytest.raises(ScannerAway):
            await Clamd(address).check(bytes(30_000_001))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl"])
async def test_a_daemon_that_is_away_is_said(address: str) -> None:
    with pytest.raises(ScannerAway):
        await Clamd(address).check(b"x")


async def test_one_that_never_answers_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ScannerAway):
            await Clamd(f"tcp://127.0.0.1:{port}", within_s=0.2).check(b"x")
