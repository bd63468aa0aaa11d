"""Looking for viruses in what people upload, by a ClamAV daemon over its own protocol (clamd(8), INSTREAM)."""

import asyncio
import struct
from contextlib import suppress
from typing import Protocol

CHUNK = 64 * 1024


class Infected(Exception):
    """The scanner knows something bad in it; the text names what."""


class ScannerAway(Exception):
    """The scanner does not answer, or not in words that we know: nothing is known of the content."""


class Scanner(Protocol):
    """Looks at contents before they are kept."""

    async def check(self, content: bytes) -> None:
        """Return when nothing bad is known of it; raises `Infected`, `ScannerAway`."""
        ...


class NoScanner:
    """Where none is set up."""

    async def check(self, content: bytes) -> None:
        """Everything passes."""


class Clamd:
    """A clamd at `tcp://host:port` or `unix:///path`; a new connection for each content."""

    def __init__(self, address: str, within_s: float = 30.0) -> None:
        self._address, self._within_s = address, within_s

    async def check(self, content: bytes) -> None:
        try:
            async with asyncio.timeout(self._within_s):
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            raise ScannerAway(type(error).__name__) from error
        if answer.endswith(" FOUND"):
            raise Infected(answer.removeprefix("stream: ").removesuffix(" FOUND"))
        if answer != "stream: OK":
            raise ScannerAway(answer[:100])

    async def _ask(self, content: bytes) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                piece = content[start : start + CHUNK]
                writer.write(struct.pack(">I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            return (await reader.readuntil(b"\0")).rstrip(b"\0").decode("utf-8", "replace")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        kind, _, place = self._address.partition("://")
        if kind == "unix":
            return await asyncio.open_unix_connection(place)
        host, _, port = place.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))
