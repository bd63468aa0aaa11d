"""A SOCKS5 proxy on loopback (RFC 1928, 1929): leads every name to this machine and remembers what was asked for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

OK, REFUSED = 0, 1


@dataclass
class Socks:
    """`login` is wanted of whoever comes, if it is set."""

    login: tuple[str, str] | None = None
    port: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if await self._enter(reader, writer):
                host, port = await self._wanted(reader)
                self.asked.append((host, port))
                there = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
                await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
        writer.close()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x02" if self.login else b"\x05\x00")
        if self.login is None:
            return True
        await reader.readexactly(1)
        user, password = [(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in "up"]
        writer.write(bytes([1, OK if (user, password) == self.login else REFUSED]))
        return (user, password) == self.login

    async def _wanted(self, reader: asyncio.StreamReader) -> tuple[str, int]:
        _, _, _, kind = await reader.readexactly(4)
        length = (await reader.readexactly(1))[0] if kind == 3 else 4  # 3: a name
        host = await reader.readexactly(length)
        return host.decode("latin-1"), int.from_bytes(await reader.readexactly(2), "big")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def socks(login: tuple[str, str] | None = None) -> AsyncIterator[Socks]:
    """Listens on a free port until the end of the block."""
    proxy = Socks(login)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
