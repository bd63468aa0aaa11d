"""Where everything is measured: a PostgreSQL of our own in a temporary folder, durable as in production."""

import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from storage.embedded import EmbeddedServer
from storage.migrate import migrate

TEMPLATE = "bench_migrated"


@dataclass(frozen=True)
class Effort:
    """How much is measured: `rounds` in turn, sizes and lengths multiplied by `scale`."""

    rounds: int = 7
    scale: float = 1.0

    def of(self, amount: float, least: int = 1) -> int:
        """That amount, scaled."""
        return max(least, round(amount * self.scale))


@dataclass(frozen=True)
class Place:
    """A server, a folder, and how much effort is made. Databases are fresh and go with the server."""

    folder: Path
    effort: Effort
    _dsn: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def empty(self) -> str:
        """The address of a database with nothing in it."""
        return await self._create("template0")

    async def migrated(self) -> str:
        """The address of a database with the service's tables."""
        return await self._create(TEMPLATE)

    async def _create(self, template: str) -> str:
        name = f"bench_{next(self._numbers)}"
        await _execute(self._dsn, f"CREATE DATABASE {name} TEMPLATE {template}")
        return _named(self._dsn, name)


@asynccontextmanager
async def a_place(effort: Effort) -> AsyncIterator[Place]:
    """A server for the length of a `with`; it ends also when this process is killed."""
    with _temporary_folder() as folder:
        async with EmbeddedServer(folder / "postgres") as dsn:
            await _execute(dsn, f"CREATE DATABASE {TEMPLATE}")
            await migrate(_named(dsn, TEMPLATE))
            yield Place(folder, effort, dsn)


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="yishe-bench-") as folder:
        yield Path(folder)


def _named(dsn: str, database: str) -> str:
    return dsn.replace("///yishe?", f"///{database}?")


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
