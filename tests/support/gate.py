"""A way to the database server that can be shut, or that swallows everything, while the server lives on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit


class Gate:
    """Forwards to the server of `dsn` (on a Unix socket) from a port of its own."""

    def __init__(self, dsn: str) -> None:
        self._parts = urlsplit(dsn)
        self._query = {key: values[0] for key, values in parse_qs(self._parts.query).items()}
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[None]] = set()
        self._port = 0

    @property
    def dsn(self) -> str:
        """The same database, through the gate."""
        return f"postgresql://{self._query['user']}@127.0.0.1:{self._port}{self._parts.path}?sslmode=disable"

    async def unlock(self) -> None:
        """Let connections in, at the same port each time."""
        self._server = await asyncio.start_server(self._enter, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """The port is closed and every connection lost, as when the server is down."""
        if self._server is not None:
            self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def hang(self) -> None:
        """Nothing comes through any more, and nothing is refused: a dead network."""
        self._flows.clear()

    def flow(self) -> None:
        """All that was held up comes through."""
        self._flows.set()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(
            f"{self._query['host']}/.s.PGSQL.5432"
        )
        for source, sink in ((reader, inner_writer), (inner_reader, writer)):
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            try:
                while chunk := await source.read(65536):
                    await self._flows.wait()
                    sink.write(chunk)
                    await sink.drain()
            finally:
                sink.close()


@asynccontextmanager
async def gate_to(dsn: str) -> AsyncIterator[Gate]:
    """A gate that is open at first."""
    gate = Gate(dsn)
    await gate.unlock()
    try:
        yield gate
    finally:
        gate.flow()
        await gate.shut()
