"""The service as a process of its own, and what it is told in its environment."""

import asyncio
import atexit
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
OURS = ("YISHE_", "DATABASE_URL")


def free_port() -> int:
    """A port of loopback that nobody listens on, below those that the system gives to whoever connects."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with the settings of the service replaced."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**rest, "PYTHONPATH": str(ROOT), **given}


async def soon(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for what another process or task makes true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


@dataclass
class Process:
    """A running or ended `yishe` command."""

    pid: int
    ended: asyncio.Future[int]

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if not self.ended.done():
            os.kill(self.pid, number)

    async def exit_code(self, seconds: float = 30) -> int:
        """Wait for its end."""
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self.ended)


@cache
def _launcher() -> Path:
    """The socket of this worker's launcher of warm commands, which ends with the worker."""
    folder = Path(tempfile.mkdtemp(prefix="yishe-warm-"))
    socket_path = folder / "launcher"
    words = [sys.executable, "-m", "tests.support.warm_commands", str(socket_path)]
    launcher = subprocess.Popen(words, cwd=ROOT, env=environment({}), stdin=subprocess.DEVNULL)

    def end() -> None:
        launcher.kill()
        launcher.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return socket_path


async def _ask(order: Mapping[str, object]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    path = _launcher()
    await soon(path.exists)
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(json.dumps(order).encode() + b"\n")
    return reader, writer


@asynccontextmanager
async def command(
    *arguments: str, settings: Mapping[str, str], folder: Path, log: Path
) -> AsyncIterator[Process]:
    """`yishe …` in a folder, its output in a file; killed at the end if it still runs.

    Of another version, whose place `PYTHONPATH` names, it is started afresh: the warm interpreter holds this one.
    """
    if settings.get("PYTHONPATH", str(ROOT)) != str(ROOT):
        async with _cold(*arguments, settings=settings, folder=folder, log=log) as process:
            yield process
        return
    log.write_bytes(b"")
    order = {
        "arguments": arguments,
        "environment": environment(settings),
        "folder": str(folder),
        "log": str(log),
    }
    reader, writer = await _ask(order)
    process = Process(int(await reader.readline()), asyncio.ensure_future(_exit_code(reader)))
    try:
        yield process
    finally:
        process.send(signal.SIGKILL)
        await process.ended
        writer.close()


@asynccontextmanager
async def _cold(
    *arguments: str, settings: Mapping[str, str], folder: Path, log: Path
) -> AsyncIterator[Process]:
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=folder,
            env=environment(settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    waiting = asyncio.ensure_future(process.wait())
    try:
        yield Process(process.pid, waiting)
    finally:
        if process.returncode is None:
            process.kill()
        await waiting


async def _exit_code(launcher: asyncio.StreamReader) -> int:
    return int(await launcher.readline())


async def run(
    *arguments: str, settings: Mapping[str, str], folder: Path, within_s: float = 60
) -> tuple[int, str]:
    """Run a command to its end: the exit code, and all that it said."""
    log = folder / "output"
    async with command(*arguments, settings=settings, folder=folder, log=log) as process:
        code = await process.exit_code(within_s)
    return code, log.read_text(encoding="utf-8")


class WarmStarts:
    """Starts the service from a warm interpreter, one process after the other."""

    def __init__(self, launcher: asyncio.subprocess.Process) -> None:
        self._launcher = launcher
        self.last: Process | None = None

    async def start(self, settings: Mapping[str, str]) -> Process:
        """Start it; the former one must have ended."""
        assert self._launcher.stdin
        assert self._launcher.stdout
        self._launcher.stdin.write(json.dumps(dict(settings)).encode() + b"\n")
        pid = int(await self._launcher.stdout.readline())
        self.last = Process(pid, asyncio.ensure_future(self._end()))
        return self.last

    async def _end(self) -> int:
        assert self._launcher.stdout
        return int(await self._launcher.stdout.readline())


@asynccontextmanager
async def warm_starts(settings: Mapping[str, str], folder: Path) -> AsyncIterator[WarmStarts]:
    """A launcher for the length of a `with`; what it started last ends with it. Logs go to `folder`."""
    with (folder / "service.log").open("ab") as log:
        launcher = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.warm_service",
            cwd=ROOT,
            env=environment(settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    starts = WarmStarts(launcher)
    try:
        yield starts
    finally:
        if starts.last is not None:
            starts.last.send(signal.SIGKILL)
            await starts.last.exit_code()
        assert launcher.stdin
        launcher.stdin.close()
        await launcher.wait()


async def answers(url: str, status: int = 200, seconds: float = 30) -> None:
    """Wait until an address answers with that status."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(seconds):
        while await _status(http, url) != status:  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


async def _status(http: aiohttp.ClientSession, url: str) -> int:
    try:
        async with http.get(url) as response:
            return response.status
    except aiohttp.ClientError:
        return 0
