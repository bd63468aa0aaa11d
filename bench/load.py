"""A light HTTP client, so that the server is the limit: requests as bytes, connections that are kept."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

LENGTH = b"content-length:"
TICKS_A_SECOND = 100


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer; raises ConnectionError."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the connection is closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._received[:head_end].lower()
        at = head.find(LENGTH)
        length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        end = head_end + 4 + length
        if len(self._received) >= end and self._answer is not None and not self._answer.done():
            answer = Answer(int(self._received[9:12]), self._received[head_end + 4 : end])
            self._received = self._received[end:]
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    def close(self) -> None:
        """Let go of it."""
        if self._transport is not None:
            self._transport.close()


async def connect(port: int) -> Connection:
    """A connection to a server of this machine."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


def get(path: str, cookie: str = "", **headers: str) -> bytes:
    """A GET request."""
    return _request("GET", path, cookie, headers, b"")


def post(path: str, body: str, cookie: str = "", **headers: str) -> bytes:
    """A form that is sent."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    return _request("POST", path, cookie, {**form, **headers}, body.encode())


def _request(method: str, path: str, cookie: str, headers: dict[str, str], body: bytes) -> bytes:
    given = {"Host": "127.0.0.1", **({"Cookie": cookie} if cookie else {}), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join((*lines, "", "")).encode() + body


@dataclass
class Tally:
    """What a load came to. Latencies in seconds; `late`: how far the client itself was behind."""

    latencies: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    def note(self, status: int, latency: float) -> None:
        """One answer; status 0 is none."""
        self.latencies.append(latency)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    @property
    def broken(self) -> int:
        """Answers that say that the server failed, and those that never came."""
        return sum(count for status, count in self.statuses.items() if status == 0 or status >= 500)  # noqa: PLR2004

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds


async def closed_loop(
    ports: list[int], requests: Iterator[bytes], at_once: int, until: Callable[[int, float], bool]
) -> Tally:
    """`at_once` connections, each asking again as soon as it is answered, until `until(answered, seconds)`."""
    tally, began = Tally(), time.perf_counter()

    async def keep_asking(port: int) -> None:
        connection = await connect(port)
        while not until(len(tally.latencies), time.perf_counter() - began):
            asked = time.perf_counter()
            answer = await connection.ask(next(requests))
            tally.note(answer.status, time.perf_counter() - asked)
        connection.close()

    await asyncio.gather(*(keep_asking(ports[i % len(ports)]) for i in range(at_once)))
    tally.seconds = time.perf_counter() - began
    return tally


async def open_loop(ports: list[int], arrivals: list[tuple[float, bytes]]) -> Tally:
    """Requests at given seconds from now, answered or not. Latency counts from the arrival that was planned."""
    tally, began = Tally(), time.perf_counter()
    idle: dict[int, list[Connection]] = {port: [] for port in ports}

    async def ask(port: int, due: float, request: bytes) -> None:
        tally.late.append(time.perf_counter() - began - due)
        status = 0
        try:
            connection = idle[port].pop() if idle[port] else await connect(port)
            status = (await connection.ask(request)).status
            idle[port].append(connection)
        except OSError:
            pass  # noted as status 0
        tally.note(status, time.perf_counter() - began - due)

    async with asyncio.TaskGroup() as tasks:
        for number, (due, request) in enumerate(arrivals):
            await asyncio.sleep(max(0.0, due - (time.perf_counter() - began)))
            tasks.create_task(ask(ports[number % len(ports)], due, request))
    tally.seconds = time.perf_counter() - began
    for connection in (one for some in idle.values() for one in some):
        connection.close()
    return tally


def cpu_seconds(pid: int) -> float:
    """What a process of this machine has used so far, in its own code and the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def resident_mib(pid: int) -> float:
    """What a process of this machine holds in memory now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20
