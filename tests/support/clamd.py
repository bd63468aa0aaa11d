"""A stand-in for ClamAV's daemon, which keeps to clamd(8): INSTREAM alone, and it knows EICAR's test file."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# In two halves, so that no real scanner takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
LARGEST = 30_000_000


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if await reader.readuntil(b"\0") != b"zINSTREAM\0":
        answer = b"UNKNOWN COMMAND\0"
    else:
        content = bytearray()
        while size := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
        answer = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        answer = b"INSTREAM size limit exceeded. ERROR\0" if len(content) > LARGEST else answer
    writer.write(answer)
    await writer.drain()
    writer.close()


@asynccontextmanager
async def clamd() -> AsyncIterator[str]:
    """Its address, for the length of a `with`."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    async with server:
        yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
