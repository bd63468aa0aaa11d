"""Restores a backup into an empty place: verified before anything is touched, then all of it or nothing."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg

from storage.backup import BackupFailed
from storage.backup.archive import Manifest, dump_in, files_in, verify
from storage.backup.making import Place, count_rows
from storage.backup.pg_tools import Server, restoring
from storage.database import Connection, away_as_typed_error, connect
from storage.migrate import FOLDER, MIGRATION_LOCK
from storage.roles import MAKE, SERVICE_ROLE

ASIDE = ".restoring"
ANYTHING = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
 ORDER BY 1 LIMIT 1
"""


async def restore(archive: Path, place: Place, passphrase: str, *, any_key: bool = False) -> Manifest:
    """Bring database and files back. Raises `BackupFailed`, `DatabaseAway`, OSError; then the place is empty still.

    A service that starts meanwhile waits before it migrates.
    The backup's sealed secrets need its master key, so another one, or none, is refused unless `any_key`.
    """
    async with _alone(place.dsn) as connection:
        await _must_be_empty(connection, place.files)
        manifest = await verify(archive, passphrase)
        await _must_fit(connection, manifest)
        if not any_key and place.key_id != manifest.key_id:
            here = f"the one here has {place.key_id}" if place.key_id else "there is none here"
            raise BackupFailed(f"the backup needs the master key with the id {manifest.key_id}, and {here}")
        async with _files_in_place(archive, place.files, passphrase):
            await _restore_database(connection, archive, place.dsn, passphrase, manifest)
    return manifest


@asynccontextmanager
async def _alone(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn)
    try:
        with away_as_typed_error():
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", MIGRATION_LOCK):
                raise BackupFailed("somebody else is just migrating or restoring this database")
            yield connection
    finally:
        await connection.close()


async def _must_be_empty(connection: Connection, files: Path) -> None:
    found = await connection.fetchval(ANYTHING)
    if found:
        raise BackupFailed(f"the database is not empty (it has {found}): restore into an empty one")
    if _holds_something(files):
        raise BackupFailed(f"{files} is not empty: restore into an empty folder")


def _holds_something(folder: Path) -> bool:
    return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))


async def _must_fit(connection: Connection, manifest: Manifest) -> None:
    shipped = {path.stem for path in FOLDER.glob("0*.py")}
    newer = [name for name in manifest.migrations if name not in shipped]
    if newer:
        raise BackupFailed(f"the backup was made by a newer version (it has {newer[-1]}): install that one")
    server = int(await connection.fetchval("SHOW server_version_num")) // 10000
    if server < manifest.postgresql // 10000:
        wanted = manifest.postgresql // 10000
        raise BackupFailed(f"the backup was made from PostgreSQL {wanted}, and this server has {server}")
    login = await connection.fetchval("SELECT current_user::text")
    if login != manifest.owner:
        raise BackupFailed(
            f"the tables belong to the login {manifest.owner}: restore with that login, not with {login}"
        )


@asynccontextmanager
async def _files_in_place(archive: Path, files: Path, passphrase: str) -> AsyncIterator[None]:
    """The files are there for the length of a `with`, and stay when it ends well. The database is committed last."""
    aside = files.with_name(files.name + ASIDE)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True, mode=0o700)
    placed = aside
    try:
        async for name, content in files_in(archive, passphrase):
            _write(aside / name[:2] / name, content)
        os.sync()
        placed = _in_place_of(aside, files)
        yield
    except BaseException:
        shutil.rmtree(placed, ignore_errors=True)
        raise


def _in_place_of(aside: Path, empty: Path) -> Path:
    with suppress(FileNotFoundError):
        empty.rmdir()
    return aside.rename(empty)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


async def _restore_database(
    connection: Connection, archive: Path, dsn: str, passphrase: str, manifest: Manifest
) -> None:
    server = int(await connection.fetchval("SHOW server_version_num")) // 10000
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", SERVICE_ROLE):
            await connection.execute(MAKE.format(name=SERVICE_ROLE, options="NOLOGIN"))
        async with restoring(Server.at(dsn, server)) as program:
            async for part in dump_in(archive, passphrase):
                program.write(part)
                await program.drain()
    except asyncpg.InsufficientPrivilegeError as error:
        raise BackupFailed(
            f"the role {SERVICE_ROLE} is missing, let an administrator make it: {error}"
        ) from None
    if await count_rows(connection) != manifest.tables:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        raise BackupFailed("the restored rows are not those of the backup, so the database was emptied again")
