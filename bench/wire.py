"""Counts what goes over the wire to PostgreSQL: statements, and round trips. A proxy between client and server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

SOCKET = ".s.PGSQL.5432"
STATEMENTS = b"EQ"  # Execute of a prepared statement, and a simple Query
MESSAGE_HEAD = 5  # type and length
CHUNK = 65536


@dataclass
class Wire:
    """What went over it so far. A round trip begins when the client speaks after the server did."""

    dsn: str
    statements: int = 0
    round_trips: int = 0

    def forget(self) -> None:
        """Count from nothing again."""
        self.statements = self.round_trips = 0


@dataclass
class _Line:
    """One connection: whose turn it is, and the client's bytes up to the next whole message."""

    wire: Wire
    client_spoke: bool = False
    started: bool = False
    rest: bytes = field(default=b"")

    def from_client(self, data: bytes) -> None:
        if not self.client_spoke:
            self.wire.round_trips += 1
        self.client_spoke = True
        self.rest += data
        while message := self._message():
            self.wire.statements += message in STATEMENTS

    def from_server(self, _: bytes) -> None:
        self.client_spoke = False

    def _message(self) -> bytes:
        """The type of the next whole message; empty when there is none yet. The first one has no type."""
        head = MESSAGE_HEAD if self.started else MESSAGE_HEAD - 1
        if len(self.rest) < head:
            return b""
        size = int.from_bytes(self.rest[head - 4 : head], "big") + head - 4
        if len(self.rest) < size:
            return b""
        kind = self.rest[:1] if self.started else b"-"
        self.started, self.rest = True, self.rest[size:]
        return kind


@asynccontextmanager
async def tapped(dsn: str, folder: Path) -> AsyncIterator[Wire]:
    """A second address of the same database, at which everything is counted. `folder` is for the socket."""
    server_socket = Path(parse_qs(urlsplit(dsn).query)["host"][0]) / SOCKET
    wire = Wire(dsn.replace(quote(str(server_socket.parent)), quote(str(folder))))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(wire)
        server_reader, server_writer = await asyncio.open_unix_connection(str(server_socket))
        await asyncio.gather(
            _pump(reader, server_writer, line, to_server=True),
            _pump(server_reader, writer, line, to_server=False),
        )

    async with await asyncio.start_unix_server(serve, str(folder / SOCKET)):
        yield wire


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: _Line, *, to_server: bool
) -> None:
    note = line.from_client if to_server else line.from_server
    try:
        while data := await reader.read(CHUNK):
            note(data)
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
