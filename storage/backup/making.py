"""Makes a backup: the database as one snapshot sees it, then the files, of which there can only be more by then."""

import asyncio
import fcntl
import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from storage.backup import BackupFailed
from storage.backup.archive import FORMAT, PART, ArchiveWriter, Manifest
from storage.backup.pg_tools import Server, dump
from storage.backup.sealed_stream import COST, SealingWriter
from storage.database import Connection, away_as_typed_error, connect
from storage.roles import standing

PARTIAL = ".yishe-partial"
HASH = re.compile(r"[0-9a-f]{64}")
# Tables that hold rows; those that a crash forgets are not in the dump either.
TABLES = """
SELECT c.relname AS name, format('%I.%I', n.nspname, c.relname) AS quoted
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
 ORDER BY 1
"""
NAMED_FILES = """
SELECT sha256 AS name FROM stored_file UNION SELECT thumbnail FROM stored_file WHERE thumbnail IS NOT NULL
"""


@dataclass(frozen=True)
class Place:
    """An installation: its database by the owner's login, its files, and the id of its master key in hex."""

    dsn: str
    files: Path
    key_id: str


@dataclass(frozen=True)
class Seen:
    """What the snapshot saw beside the dump."""

    postgresql: int
    owner: str
    migrations: list[str]
    tables: dict[str, int]
    named_files: set[str]


async def make(
    place: Place, target: Path, passphrase: str, made_at: datetime, version: str, cost: int = COST
) -> Manifest:
    """Write a backup to `target`, which must not exist. Raises `BackupFailed`, `DatabaseAway`, OSError.

    It is written aside and renamed when it is whole. Files that the database names and the folder lacks, or
    that are not what they were, are named in the manifest: the rest is saved all the same.
    """
    with _aside(target) as file:
        sealing = SealingWriter(file, passphrase, cost)
        writer = ArchiveWriter(sealing)
        async with _snapshot(place.dsn) as (connection, snapshot):
            seen = await _look(connection)
            async for part in dump(Server.at(place.dsn, seen.postgresql // 10000), snapshot, PART):
                writer.add_part(part)
        files, damaged = await _add_files(writer, place.files)
        manifest = Manifest(
            format=FORMAT,
            made_at=made_at.isoformat(timespec="seconds"),
            version=version,
            key_id=place.key_id,
            postgresql=seen.postgresql,
            owner=seen.owner,
            migrations=seen.migrations,
            tables=seen.tables,
            dump_sha256=writer.dump_sha256,
            dump_bytes=writer.dump_bytes,
            files=files,
            missing=sorted(seen.named_files - files.keys() - set(damaged)),
            damaged=damaged,
        )
        writer.finish(manifest)
    return manifest


async def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of every table, by its name."""
    return {
        row["name"]: await connection.fetchval(f"SELECT count(*) FROM {row['quoted']}")
        for row in await connection.fetch(TABLES)
    }


@asynccontextmanager
async def _snapshot(dsn: str) -> AsyncIterator[tuple[Connection, str]]:
    """A connection that sees the database as it is now, and the name by which pg_dump sees the same."""
    connection = await connect(dsn)
    try:
        with away_as_typed_error():
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield connection, await connection.fetchval("SELECT pg_export_snapshot()")
    finally:
        await connection.close()


async def _look(connection: Connection) -> Seen:
    tables = await count_rows(connection)
    if "tortoise_migrations" not in tables:
        raise BackupFailed("the database holds nothing of Yishe")
    who = await standing(connection)
    if not who.may_migrate:
        raise BackupFailed(f"{who.login} does not own the tables: YISHE_OWNER_DATABASE_URL names who does")
    applied = await connection.fetch("SELECT name FROM tortoise_migrations WHERE app = 'yishe' ORDER BY 1")
    return Seen(
        postgresql=int(await connection.fetchval("SHOW server_version_num")),
        owner=who.login,
        migrations=[row["name"] for row in applied],
        tables=tables,
        named_files={row["name"] for row in await connection.fetch(NAMED_FILES)},
    )


async def _add_files(writer: ArchiveWriter, folder: Path) -> tuple[dict[str, int], list[str]]:
    """Every file with its size, and those whose content is not what their name says."""
    sizes, damaged = {}, []
    for path in _contents(folder):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # removed a moment ago
        if hashlib.sha256(content).hexdigest() != path.name:
            damaged.append(path.name)
        else:
            writer.add_file(path.name, content)
            sizes[path.name] = len(content)
        await asyncio.sleep(0)  # lets whoever is to stop this be heard
    return sizes, damaged


def _contents(folder: Path) -> Iterator[Path]:
    """Whole files in order; what is just being written has another name."""
    for inner in sorted(folder.glob("??")):
        yield from sorted(path for path in inner.iterdir() if HASH.fullmatch(path.name))


@contextmanager
def _aside(target: Path) -> Iterator[BinaryIO]:
    """A file for the owner alone that becomes `target` at the end of the `with`, or is gone."""
    if target.exists():
        raise BackupFailed(f"{target} exists, and is not overwritten")
    _clear_away(target.parent)
    aside = target.with_name(f".{target.name}{PARTIAL}")
    file = os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
    try:
        with file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.rename(target)
    except BlockingIOError:
        raise BackupFailed(f"another backup to {target} is under way") from None
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    _sync(target.parent)


def _clear_away(folder: Path) -> None:
    """Remove what killed backups left in the folder; one that is under way holds a lock."""
    for left in folder.glob(f".*{PARTIAL}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
