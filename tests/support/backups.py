"""Installations that are saved and brought back: a little of everything, and empty places."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from storage.backup.making import Place, count_rows
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import RealClock
from storage.database import Database
from storage.files import FolderFiles
from storage.sealing import MasterKey, new_master_key
from tests.support.desk import open_desk
from tests.support.world import add_account

PASSPHRASE = "a passphrase of tests"
CHEAP = 10
SECRETS = {"secret": "only with the master key"}


@dataclass(frozen=True)
class Saved:
    """What there is in an installation."""

    place: Place
    key: str
    photos: list[str]

    async def rows(self) -> dict[str, int]:
        return await rows_of(self.place.dsn)


async def lived_in(dsn: str, folder: Path, photos: int = 3) -> Saved:
    """A hospital with a case in the middle of its way, an account with sealed secrets, and photos."""
    key = MasterKey(encoded := new_master_key())
    async with open_desk(dsn) as desk:
        case = await desk.report()
        await desk.act(case, "triage", desk.world.engineer, {"diagnosis": "tube", "estimate": "1200"})
        await add_account(desk.db, desk.world.hospital, "email", "mail", {"host": "h"}, SECRETS, key)
        files = FolderFiles(folder / "files", desk.db, RealClock())
        names = [await files.put(f"photo {n}".encode() * 1000, "image/jpeg") for n in range(photos)]
    return Saved(Place(dsn, folder / "files", key.key_id.hex()), encoded, names)


async def rows_of(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        return await count_rows(connection)
    finally:
        await connection.close()


async def everything_in(dsn: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    connection = await asyncpg.connect(dsn)
    try:
        return {
            table: sorted(str(tuple(row)) for row in await connection.fetch(f"SELECT * FROM {table}"))
            for table in await count_rows(connection)
        }
    finally:
        await connection.close()


async def opened_secrets(dsn: str, key: str) -> dict[str, str]:
    """What the master key opens in the account of mail."""
    async with Database.open(dsn, max_size=1) as db:
        account = await StoredChannelAccounts(db, MasterKey(key)).by_public_key("email", "mail")
    assert account
    return dict(account.secrets)


@asynccontextmanager
async def empty_database(postgres_url: str, name: str) -> AsyncIterator[str]:
    """The DSN of a database without any table."""
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"CREATE DATABASE {name}")
    try:
        yield postgres_url.replace("///yishe?", f"///{name}?")
    finally:
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()
