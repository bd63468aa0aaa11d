"""Embedded servers in tests: started here or by a process that is killed."""

import asyncio
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg

from storage.embedded import EmbeddedServer

FAST = {"fsync": "off"}
HOLD_SERVER = """
import asyncio, sys
from pathlib import Path
from storage.embedded import EmbeddedServer

async def hold():
    server = EmbeddedServer(Path(sys.argv[1]), settings={"fsync": "off"})
    print(await server.start(), flush=True)
    await asyncio.Event().wait()

asyncio.run(hold())
"""


def server_in(folder: Path, **options: bool) -> EmbeddedServer:
    return EmbeddedServer(folder / "data", settings=FAST, **options)


async def hold_server(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    command = [sys.executable, "-c", HOLD_SERVER, str(folder / "data")]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    return process, (await process.stdout.readline()).decode().strip()


async def kill(process: asyncio.subprocess.Process) -> None:
    process.kill()
    await process.communicate()


async def query(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def postmaster(folder: Path) -> int:
    return int((folder / "data/pgdata/postmaster.pid").read_text().split()[0])


def keeper_of(folder: Path) -> int:
    return int(Path(f"/proc/{postmaster(folder)}/stat").read_text().rsplit(")", 1)[1].split()[1])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def has_new_server(folder: Path, old: int) -> bool:
    path = folder / "data/pgdata/postmaster.pid"
    lines = path.read_text().splitlines() if path.exists() else []
    return len(lines) > 7 and lines[0] != str(old) and lines[7].startswith("ready")
