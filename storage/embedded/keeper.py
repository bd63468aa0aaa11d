"""Keeps one PostgreSQL server alive for as long as at least one process wants it: a program of its own.

Why a process between the service and PostgreSQL: the service, the sandbox, `yishe check` and an
administrator's command share one server and end in any order. Each holds a connection to the keeper's socket;
the kernel closes it however that process ends, also after `kill -9`, and when the last is gone the keeper
stops the server. So it does not matter which thread of the service started it, and it works the same where
there is no PDEATHSIG. Should the keeper itself be killed, the kernel stops the server (Linux; elsewhere the
next keeper does).

Protocol: a guest connects and is told `ready` or `error <text>`; it keeps the connection while it uses the
server. Then it shuts its side down, and the end of file tells it that it may forget the server; the last
guest hears it after the server has ended.

SIGTERM stops the server in order; a service manager should send it to the service's main process only.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
from pathlib import Path

from storage.embedded.cluster import Cluster, ClusterError, find_cluster
from storage.embedded.folders import Folders, Plan

BUSY = 75  # another keeper has this folder
FIRST_GUEST_S = 30.0
RESTART_PAUSE_S = 1.0
FIRST_STARTS = 5  # the last backends of a killed server need a moment before its memory is free
LOG_BYTES = 5_000_000


def main() -> None:
    """Bind the socket, let the caller go, keep the server until the last guest has left."""
    plan = Plan(**json.loads(sys.argv[1]))
    lock = _lock(plan.folders)
    listener = _listen(plan.folders.control)
    if os.fork():
        os._exit(0)  # somebody listens from now on: that is what the caller waits for
    os.setsid()  # Ctrl-C at the terminal ends the service, which then still needs its database
    _leave_terminal()
    os.chdir(plan.data)
    try:
        asyncio.run(Keeper(plan, listener).run())
    finally:
        os.close(lock)


class Keeper:
    """Guests on one side, PostgreSQL on the other."""

    def __init__(self, plan: Plan, listener: socket.socket) -> None:
        self._plan = plan
        self._listener = listener
        self._guests: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._outcome = ""
        self._known = asyncio.Event()

    async def run(self) -> None:
        """Serve until nobody is left, then stop PostgreSQL and let the last guest go."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stopping.set)
        server = await asyncio.start_unix_server(self._welcome, sock=self._listener)
        keeping = asyncio.create_task(self._keep())
        await self._until_nobody_is_left()
        self._stopping.set()
        self._plan.folders.control.unlink(missing_ok=True)
        server.close()
        await keeping
        for writer in self._guests:
            writer.close()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stopping.is_set():
            writer.close()  # the guest tries again and gets a new keeper
            return
        self._guests.add(writer)
        self._changed.set()
        telling = asyncio.create_task(self._answer(writer))
        with contextlib.suppress(OSError):
            await reader.read()  # until the guest leaves
        telling.cancel()
        self._leave(writer)

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        await self._known.wait()
        writer.write(f"{self._outcome}\n".encode())

    def _leave(self, writer: asyncio.StreamWriter) -> None:
        if len(self._guests) > 1:
            self._guests.discard(writer)
            writer.close()
        else:
            self._stopping.set()

    async def _until_nobody_is_left(self) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), FIRST_GUEST_S)
        except TimeoutError:
            return  # the process that wanted the server is gone already
        await self._stopping.wait()

    async def _keep(self) -> None:
        try:
            cluster = find_cluster(self._plan)
            cluster.make()
            await cluster.clear()
            await self._supervise(cluster)
        except (ClusterError, OSError) as error:
            self._tell(f"error {error}")

    async def _supervise(self, cluster: Cluster) -> None:
        starts = 0
        while not self._stopping.is_set():
            process, starts = await cluster.start(), starts + 1
            helpers = [
                asyncio.create_task(self._stop(process)),
                asyncio.create_task(_copy(process.stderr, cluster.folders.log)),
            ]
            if await cluster.wait_until_ready(process):
                self._tell("ready")
            await process.wait()
            await _finish(*helpers)
            if starts == FIRST_STARTS:
                self._tell(f"error PostgreSQL does not start: {_tail(cluster.folders.log)}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), RESTART_PAUSE_S)

    def _tell(self, outcome: str) -> None:
        if not self._known.is_set():
            self._outcome = " ".join(outcome.split())
            self._known.set()

    async def _stop(self, process: asyncio.subprocess.Process) -> None:
        await self._stopping.wait()
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)  # fast shutdown


async def _finish(stop: asyncio.Task[None], copy: asyncio.Task[None]) -> None:
    stop.cancel()
    await asyncio.gather(stop, copy, return_exceptions=True)


async def _copy(messages: asyncio.StreamReader | None, path: Path) -> None:
    while messages is not None and (chunk := await messages.read(65536)):
        _append(path, chunk)


def _append(path: Path, chunk: bytes) -> None:
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as file:
        file.write(chunk)


def _tail(path: Path) -> str:
    return path.read_text(errors="replace")[-1500:] if path.exists() else ""


def _lock(folders: Folders) -> int:
    descriptor = os.open(folders.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(BUSY)
    return descriptor


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # ours is the lock, so whoever left it is dead
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(128)
    listener.setblocking(False)
    return listener


def _leave_terminal() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)


if __name__ == "__main__":
    main()
