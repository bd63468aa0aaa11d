"""A province on a server of its own, whose data stay between runs: made anew when old, or when others are written."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg

from bench.province.filling import Size, fill
from storage.clock import RealClock
from storage.embedded import EmbeddedServer
from storage.migrate import migrate

# Raise it when what is written changes.
EDITION = 1
KEPT_FOR = timedelta(days=30)
FOLDER = Path(__file__).parent.parent / "data"
# For writing it; afterwards the server runs as in production.
QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "maintenance_work_mem": "256MB",
    "max_locks_per_transaction": "1024",
}
MARK = "CREATE TABLE bench_province (edition int, made_at timestamptz)"
MADE_AT = "SELECT made_at FROM bench_province WHERE edition = $1"
MARKED = "INSERT INTO bench_province VALUES ($1, $2)"
TOLD_EVERY = 100_000


@dataclass(frozen=True)
class Province:
    """A filled database with the tables of this version, and the instant up to which its history goes."""

    dsn: str
    made_at: datetime


@asynccontextmanager
async def a_province(scale: float = 1.0) -> AsyncIterator[Province]:
    """The kept one of that scale, migrated to this version, on a server with production's settings.

    It lies in `YISHE_BENCH_DATA`, or in this folder's own `data`; at full size it takes some 13 GB.
    """
    folder = Path(os.environ.get("YISHE_BENCH_DATA") or FOLDER) / f"province-{scale:g}"
    now = RealClock().now()
    made_at = await _made_at(folder) if folder.exists() else None
    if made_at is None or now - made_at > KEPT_FOR:
        made_at = now
        await _make(folder, scale, now)
    async with EmbeddedServer(folder, start_timeout_s=300) as dsn:
        await migrate(dsn)
        yield Province(dsn, made_at)


async def _made_at(folder: Path) -> datetime | None:
    """When the kept one was made; None when it is unfinished or another edition."""
    async with EmbeddedServer(folder, start_timeout_s=300) as dsn:
        connection = await asyncpg.connect(dsn)
        try:
            found: datetime | None = await connection.fetchval(MADE_AT, EDITION)
        except asyncpg.UndefinedTableError:
            return None
        finally:
            await connection.close()
    return found


async def _make(folder: Path, scale: float, now: datetime) -> None:
    await asyncio.to_thread(_emptied, folder)
    async with EmbeddedServer(folder, settings=QUICK) as dsn:
        await migrate(dsn)
        await fill(dsn, Size().scaled(scale), now, _say)
        connection = await asyncpg.connect(dsn)
        await connection.execute(MARK)
        await connection.execute(MARKED, EDITION, now)
        await connection.execute("CHECKPOINT")
        await connection.close()


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _say(done: int, cases: int) -> None:
    if done == cases or done % TOLD_EVERY == 0:
        sys.stderr.write(f"province: {done} of {cases} cases\n")
