"""pg_dump and pg_restore: those that fit the server, run with the password in their environment."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from storage.backup import BackupFailed
from storage.embedded.cluster import ClusterError, find_binaries

DEBIAN = Path("/usr/lib/postgresql")
SAYS_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
FAR = 1000


@dataclass(frozen=True)
class Server:
    """A database as the programs are told of it: the address without its password, and the version."""

    url: str
    environment: dict[str, str]
    major: int

    @classmethod
    def at(cls, dsn: str, major: int) -> "Server":
        """From a DSN; other people may list the arguments of a program, but not its environment."""
        parts = urlsplit(dsn)
        keep = {name: value for name, value in os.environ.items() if name.startswith("PG") or name == "HOME"}
        environment = {**keep, "PATH": os.defpath, "LC_MESSAGES": "C"}
        if parts.password is None:
            return cls(dsn, environment, major)
        user, _, place = parts.netloc.rpartition("@")
        name = quote(unquote(user.partition(":")[0]), safe="")
        bare = urlunsplit(parts._replace(netloc=f"{name}@{place}"))
        return cls(bare, environment | {"PGPASSWORD": unquote(parts.password)}, major)


def tool(name: str, server: Server) -> str:
    """The program whose version is the nearest at or above the server's. Raises `BackupFailed`.

    A lower one refuses the server; a much higher one may say what an old server does not understand.
    """
    found = {version: path for path in _candidates(name) if (version := _major(path))}
    fitting = [version for version in found if version >= server.major]
    if not fitting:
        have = f"only {', '.join(map(str, sorted(found)))}" if found else "none"
        raise BackupFailed(
            f"{name} of PostgreSQL {server.major} or newer is needed for this server, and there is {have} here: "
            "install PostgreSQL's client programs (on Debian: postgresql-client)"
        )
    return found[min(fitting)]


def _candidates(name: str) -> list[str]:
    """Where the program may be: bundled, on the path, and where Debian keeps several versions."""
    places = [str(path) for path in DEBIAN.glob(f"*/bin/{name}")]
    places += [path for path in (shutil.which(name),) if path]
    with suppress(ClusterError):  # none for this machine
        places.append(str(find_binaries() / name))
    return places


def _major(path: str) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = SAYS_VERSION.search(said)
    return int(found[1]) if found else 0


async def dump(server: Server, snapshot: str, part: int) -> AsyncIterator[bytes]:
    """What pg_dump says of the database as the snapshot sees it, in parts of that size. Raises `BackupFailed`."""
    options = ["--format=custom", "--no-owner", "--no-unlogged-table-data", f"--snapshot={snapshot}"]
    async with _running(server, "pg_dump", [*options, f"--dbname={server.url}"]) as process:
        said, ended = cast(asyncio.StreamReader, process.stdout), False
        while not ended:
            try:
                content = await said.readexactly(part)
            except asyncio.IncompleteReadError as rest:
                content, ended = rest.partial, True
            if content:
                yield content


@asynccontextmanager
async def restoring(server: Server) -> AsyncIterator[asyncio.StreamWriter]:
    """Takes a dump into the database in one transaction, committed at the end of the `with` or not at all."""
    options = ["--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={server.url}"]
    async with _running(server, "pg_restore", options) as process:
        takes = cast(asyncio.StreamWriter, process.stdin)
        yield takes
        takes.close()


@asynccontextmanager
async def _running(
    server: Server, name: str, arguments: list[str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program for the length of a `with`, ended at its end. Raises `BackupFailed` with its words if it failed."""
    process = await asyncio.create_subprocess_exec(
        tool(name, server),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=server.environment,
    )
    said = cast(asyncio.StreamReader, process.stderr)
    errors = asyncio.create_task(said.read(), name=f"{name} says")
    try:
        try:
            yield process
        except ConnectionError:  # it ended before it had read everything: its own words say why
            await process.wait()
        code = await process.wait()
        if code:
            raise BackupFailed(f"{name} failed: {_reason(await errors)}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await errors


def _reason(said: bytes) -> str:
    lines = [line for line in said.decode(errors="replace").splitlines() if "error:" in line]
    return lines[0] if lines else "it did not say why"
