"""One pool of PostgreSQL connections for hand-written SQL, and the error when the server is away.

Tortoise owns the schema and plain record keeping; locking, claims, joins over scope and everything
on a hot path is SQL through this pool (docs/decisions/0001-tortoise-and-asyncpg.md).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

import asyncpg

from storage.ready import Pool, Pooled, Ready

if TYPE_CHECKING:  # asyncpg's classes are generic for type checkers only
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:
    Connection = asyncpg.Connection

Record = asyncpg.Record

AWAY_ERRORS = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


class DatabaseAway(Exception):
    """The database does not answer. What was not committed is not done; trying again later is safe."""


class DatabaseUnusable(Exception):
    """The database refuses us, or its address is wrong; the message says why, never with the password."""


dump_json = json.JSONEncoder(ensure_ascii=False, default=str).encode
"""JSON as it is stored: UTF-8, and decimals, dates and the like as text. (`json.dumps` makes an encoder each time.)"""


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=dump_json, decoder=json.loads, schema="pg_catalog")


async def _leave_as_it_is(_: asyncpg.Connection) -> None:
    """Nothing is to be reset: no statement of ours outlives its transaction (no SET, LISTEN, cursor or session lock).

    asyncpg's own reset would be a round trip more for every use. A transaction left open is still rolled back.
    """


class Database:
    """A pool, opened by `open` and passed to whoever needs it."""

    def __init__(self, pool: Pool, dsn: str, acquire_timeout_s: float) -> None:
        self.pool = pool
        self.dsn = dsn
        self._ready = Ready(pool, acquire_timeout_s)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, dsn: str, *, max_size: int = 10, command_timeout_s: float = 30.0, acquire_timeout_s: float = 3.0
    ) -> AsyncIterator["Database"]:
        """Open a pool; raises `DatabaseAway` when the server cannot be reached, else `DatabaseUnusable`."""
        with _first_contact():
            pool = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=max_size,
                command_timeout=command_timeout_s,
                init=_prepare,
                reset=_leave_as_it_is,
            )
        database = cls(pool, dsn, acquire_timeout_s)
        try:
            yield database
        finally:
            await _close(pool, database._ready)

    @property
    def idle(self) -> int:
        """How many of the open connections are in no use."""
        return self._ready.idle

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """A connection without a transaction; raises `DatabaseAway`."""
        return Connected(self._ready)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside one READ COMMITTED transaction; raises `DatabaseAway`."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def fetch(self, sql: str, *args: Any) -> list[Record]:
        """All rows of one statement; raises `DatabaseAway`."""
        async with self.connection() as connection:
            return await connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Record | None:
        """The first row of one statement; raises `DatabaseAway`."""
        async with self.connection() as connection:
            return await connection.fetchrow(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Run one statement; raises `DatabaseAway`."""
        async with self.connection() as connection:
            return await connection.execute(sql, *args)


async def connect(dsn: str) -> asyncpg.Connection:
    """One connection outside of a pool; raises `DatabaseAway`, `DatabaseUnusable`."""
    with _first_contact():
        return await asyncpg.connect(dsn)


@contextmanager
def _first_contact() -> Iterator[None]:
    """Say what is wrong in one sentence, for whoever starts the service."""
    try:
        yield
    except ValueError:
        raise DatabaseUnusable("the address of the database is malformed (DATABASE_URL)") from None
    except AWAY_ERRORS as error:
        raise DatabaseAway(f"the database does not answer: {str(error) or type(error).__name__}") from error
    except asyncpg.PostgresError as error:
        raise DatabaseUnusable(f"the database cannot be used: {error}") from error


class away_as_typed_error:  # noqa: N801 - reads as a with-statement
    """Turn what asyncpg raises for a lost or missing server into `DatabaseAway`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, AWAY_ERRORS) and not isinstance(error, DatabaseAway):
            raise DatabaseAway(str(error) or type(error).__name__) from error


class Connected:
    """A connection for the length of a `with`, in which whatever says that the server is lost is `DatabaseAway`."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready

    async def __aenter__(self) -> Pooled:
        with away_as_typed_error():
            self._connection = await self._ready.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with away_as_typed_error():
            await self._ready.give_back(self._connection, in_order=kind is None)
            if isinstance(error, AWAY_ERRORS):
                raise error


async def _close(pool: Pool, ready: Ready) -> None:
    """Close in peace, or by force when connections do not come back (a dead server)."""
    try:
        await ready.close()
        await asyncio.wait_for(pool.close(), timeout=5)
    except (TimeoutError, *AWAY_ERRORS):
        pool.terminate()
