"""Signs of life are given while the loops live, and not when one does not."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.loops import Background, Heartbeats, Loop
from bot.pulse import call, feed, pulse
from bot.settings import load_settings
from bot.systemd import Systemd

SECRET = "c0ffee-secret-path"


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    """What systemd would listen on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def systemd(ear: socket.socket, pid: int = 7, **environment: str) -> Systemd:
    return Systemd({"NOTIFY_SOCKET": ear.getsockname(), **environment}, pid)


async def heard(ear: socket.socket) -> str:
    async with asyncio.timeout(5):
        return (await asyncio.get_running_loop().sock_recv(ear, 100)).decode()


def nothing_more(ear: socket.socket) -> bool:
    try:
        ear.recv(100)
    except BlockingIOError:
        return True
    return False


async def test_systemd_hears_ready_alive_and_stopping(ear: socket.socket) -> None:
    told = systemd(ear, WATCHDOG_USEC="30000000", WATCHDOG_PID="7")
    async with pulse(load_settings(), Heartbeats(), told):
        assert {await heard(ear), await heard(ear)} == {"READY=1", "WATCHDOG=1"}
    assert await heard(ear) == "STOPPING=1"


def test_an_abstract_socket_is_told_too() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0yishe-test-of-notify")
        Systemd({"NOTIFY_SOCKET": "@yishe-test-of-notify"}, 7).tell("READY=1")
        assert listening.recv(100) == b"READY=1"


def test_a_watchdog_of_another_process_is_none(ear: socket.socket) -> None:
    assert systemd(ear, WATCHDOG_USEC="30000000", WATCHDOG_PID="8").watchdog_s is None
    assert systemd(ear, WATCHDOG_USEC="nonsense").watchdog_s is None
    Systemd({}, 7).tell("READY=1")
    Systemd({"NOTIFY_SOCKET": "/no/such/socket"}, 7).tell("READY=1")


async def test_a_watchdog_starves_when_a_loop_hangs(
    ear: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    begun, never, heartbeats = asyncio.Event(), asyncio.Event(), Heartbeats()

    async def hang() -> None:
        begun.set()
        await never.wait()

    async with Background(heartbeats).running([Loop("cards", hang, asyncio.Event(), 0)]):
        await begun.wait()
        feeding = asyncio.create_task(feed(systemd(ear), heartbeats, 0.02, -1))
        await asyncio.sleep(0.1)
        assert nothing_more(ear)
        feeding.cancel()
        never.set()
    assert "watchdog_not_fed" in capsys.readouterr().out


async def test_a_watchdog_is_fed_while_the_database_is_away(ear: socket.socket) -> None:
    """A loop whose rounds fail is late, but a restart would not help it."""
    heartbeats = Heartbeats()
    heartbeats.beat("timers", -100)
    heartbeats.turn("timers", 1)
    assert heartbeats.stale(1) == ["timers"]
    feeding = asyncio.create_task(feed(systemd(ear), heartbeats, 0.02, 1))
    assert await heard(ear) == "WATCHDOG=1"
    feeding.cancel()


async def test_a_long_round_that_goes_on_does_not_hang() -> None:
    heartbeats = Heartbeats()
    heartbeats.turn("cards", -100)
    assert heartbeats.hung(1) == []
    heartbeats.beat("cards", -100)
    assert heartbeats.hung(1) == ["cards"]
    heartbeats.beat("cards", 1)
    assert heartbeats.hung(1) == []


@asynccontextmanager
async def outside(calls: asyncio.Queue[str], status: int = 200) -> AsyncIterator[str]:
    """Somebody who waits for calls; the address."""

    async def take(request: web.Request) -> web.Response:
        calls.put_nowait(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/{tail:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/{SECRET}"
    finally:
        await runner.cleanup()


async def test_the_address_is_called_while_every_loop_is_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    calls: asyncio.Queue[str] = asyncio.Queue()
    heartbeats = Heartbeats()
    heartbeats.beat("timers", 60)
    async with outside(calls) as url:
        calling = asyncio.create_task(call(url, heartbeats, 0.02, 0))
        assert await asyncio.wait_for(calls.get(), 5) == f"/{SECRET}"
        heartbeats.beat("timers", -1)
        await asyncio.sleep(0.1)
        while not calls.empty():
            calls.get_nowait()
        await asyncio.sleep(0.1)
        assert calls.empty()
        heartbeats.beat("timers", 60)
        await asyncio.wait_for(calls.get(), 5)
        calling.cancel()
    said = capsys.readouterr().out
    assert "heartbeat_withheld" in said
    assert SECRET not in said


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_an_address_that_does_not_take_the_call_is_told_without_its_secret(
    status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: asyncio.Queue[str] = asyncio.Queue()
    async with outside(calls, status) as url:
        calling = asyncio.create_task(call(url, Heartbeats(), 0.02))
        assert [await asyncio.wait_for(calls.get(), 5) for _ in range(2)] == [f"/{SECRET}"] * 2
        calling.cancel()
    said = capsys.readouterr().out
    assert "heartbeat_not_taken" in said
    assert SECRET not in said


async def test_nobody_at_the_address_is_told_without_its_secret(capsys: pytest.CaptureFixture[str]) -> None:
    calling = asyncio.create_task(call(f"http://127.0.0.1:1/{SECRET}", Heartbeats(), 60))
    await asyncio.sleep(0.2)
    calling.cancel()
    said = capsys.readouterr().out
    assert "heartbeat_not_sent" in said
    assert SECRET not in said
