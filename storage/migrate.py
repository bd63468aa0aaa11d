"""Bring the schema up to date: tortoise's own migrations, one process at a time."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from storage import migration_sql
from storage.clock import RealClock
from storage.database import Connection, DatabaseUnusable, connect
from storage.roles import SERVICE_ROLE, standing
from storage.table_locks import TAKE_ALL

MIGRATION_LOCK = 7_201_300_001
TAKES_WITHIN_S = 120.0
# The table in which tortoise keeps what was applied.
RECORD = """
CREATE TABLE IF NOT EXISTS "tortoise_migrations" (
  "id" SERIAL NOT NULL PRIMARY KEY, "app" VARCHAR(255) NOT NULL, "name" VARCHAR(255) NOT NULL,
  "applied_at" TIMESTAMPTZ NOT NULL, CONSTRAINT "uid_tortoise_mi_app_3803a5" UNIQUE ("app", "name"))
"""
APPLIED = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ($1, $2, $3)"
FOLDER = Path(__file__).parent / "migrations"


def tortoise_config(dsn: str) -> dict[str, Any]:
    """Tortoise's configuration for a PostgreSQL DSN, also of the form `postgresql:///db?host=/socket/folder`."""
    parts = urlsplit(dsn)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    credentials = {
        "host": query.get("host") or parts.hostname or "localhost",
        "port": parts.port or int(query.get("port", 5432)),
        "user": unquote(parts.username or query.get("user", "")),
        "password": unquote(parts.password or query.get("password", "")) or None,
        "database": parts.path.lstrip("/"),
        "minsize": 1,
        "maxsize": 4,
    }
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {
            "yishe": {
                "models": ["storage.models"],
                "default_connection": "default",
                "migrations": "storage.migrations",
            }
        },
        "use_tz": True,
        "timezone": "Asia/Shanghai",
    }


# For `tortoise -c storage.migrate.MODELS makemigrations`, which reads models and opens nothing.
MODELS = tortoise_config("postgresql://localhost/yishe")


class SchemaBehind(DatabaseUnusable):
    """The schema is older than this version, and the login may not change it."""


async def migrate(dsn: str) -> None:
    """Apply what is missing, under an advisory lock, so that processes which start together do not collide.

    Raises `DatabaseAway`, `DatabaseUnusable`, and `SchemaBehind` for a login that may only use the schema.
    """
    guard = await connect(dsn)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        if missing := await _missing(guard):
            await _check_may_migrate(guard, missing)
            await _apply(guard, dsn, missing)
    finally:
        await guard.close()


async def missing_migrations(dsn: str) -> list[str]:
    """The migrations of this version that the database does not have yet."""
    connection = await connect(dsn)
    try:
        return await _missing(connection)
    finally:
        await connection.close()


async def _check_may_migrate(connection: Connection, missing: list[str]) -> None:
    who = await standing(connection)
    if not who.may_migrate:
        raise SchemaBehind(
            f"the database lacks {', '.join(missing)}, and the login {who.login} may not change its schema: "
            "run `yishe migrate` with YISHE_OWNER_DATABASE_URL, then start again"
        )


async def _apply(guard: asyncpg.Connection, dsn: str, missing: list[str]) -> None:
    """One migration after the other, each in a transaction of its own."""
    try:
        await guard.execute(RECORD)
        for name, statements in await migration_sql.statements(tortoise_config(dsn), missing):
            await _until_taken(partial(_apply_one, guard, name, statements))
    except asyncpg.PostgresError as error:
        raise DatabaseUnusable(f"the schema could not be brought up to date: {error}") from error


async def _apply_one(connection: asyncpg.Connection, name: str, statements: list[str]) -> None:
    async with connection.transaction():
        await connection.execute(TAKE_ALL)
        for statement in statements:
            await connection.execute(statement)
        await connection.execute(APPLIED, migration_sql.APP, name, RealClock().now())


async def _until_taken(run: Callable[[], Awaitable[None]], within_s: float = TAKES_WITHIN_S) -> None:
    """Run again while others use the tables; what a try has not committed is undone."""
    give_up = asyncio.get_running_loop().time() + within_s
    while True:
        try:
            return await run()
        except asyncpg.LockNotAvailableError as busy:
            if asyncio.get_running_loop().time() > give_up:
                raise DatabaseUnusable(
                    f"the tables were in use for {within_s:.0f} s, perhaps by a backup: try again later"
                ) from busy
            await asyncio.sleep(random.uniform(0.2, 0.8))  # noqa: S311 - spreads tries, guards nothing


async def _missing(connection: Connection) -> list[str]:
    shipped = sorted(path.stem for path in FOLDER.glob("0*.py"))
    try:
        rows = await connection.fetch("SELECT name FROM tortoise_migrations WHERE app = 'yishe'")
    except asyncpg.UndefinedTableError:
        return shipped
    except asyncpg.InsufficientPrivilegeError as refused:
        raise DatabaseUnusable(
            f"{refused}: the service's login must be a member of {SERVICE_ROLE} (GRANT {SERVICE_ROLE} TO …)"
        ) from refused
    applied = {row["name"] for row in rows}
    return [name for name in shipped if name not in applied]
