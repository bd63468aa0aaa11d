"""Connections between two uses: at hand for the next to ask, and never in the way of who waits."""

import asyncio

import asyncpg
import pytest

from storage.database import Database, DatabaseAway

PID = "SELECT pg_backend_pid() AS pid"


async def pid(db: Database) -> int:
    row = await db.fetchrow(PID)
    assert row is not None
    return int(row["pid"])


async def test_a_connection_at_hand_is_used_again_and_counts_as_idle(database_url: str) -> None:
    async with Database.open(database_url, max_size=3) as db:
        assert await pid(db) == await pid(db)
        assert (db.idle, db.pool.get_size()) == (1, 1)
        async with db.connection():
            assert db.idle == 0


async def test_a_connection_that_was_lost_at_hand_is_replaced(database_url: str) -> None:
    async with (
        Database.open(database_url, max_size=1) as db,
        Database.open(database_url, max_size=1) as other,
    ):
        lost = await pid(db)
        await other.execute(f"SELECT pg_terminate_backend({lost})")
        await asyncio.sleep(0.05)  # until the farewell has arrived
        assert await pid(db) != lost
        assert db.pool.get_size() == 1


async def test_what_fails_within_a_use_leaves_the_connection_usable(database_url: str) -> None:
    async with Database.open(database_url, max_size=1) as db:
        with pytest.raises(asyncpg.UndefinedTableError):
            await db.fetch("SELECT * FROM there_is_no_such_table")
        assert await pid(db) == await pid(db)


async def test_a_transaction_that_was_left_open_is_rolled_back(database_url: str) -> None:
    async with Database.open(database_url, max_size=1) as db:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # asyncpg reports it there
        async with db.connection() as connection:
            await connection.execute("BEGIN")
            await connection.execute("SET LOCAL application_name = 'left open'")
        row = await db.fetchrow("SELECT current_setting('application_name') AS name")
        assert row is not None
        assert row["name"] != "left open"


async def test_who_waits_is_served_first_come_first_served(database_url: str) -> None:
    async with Database.open(database_url, max_size=1) as db:
        served = []

        async def ask(number: int) -> None:
            await db.fetchrow("SELECT 1")
            served.append(number)

        async with db.connection():
            waiting = [asyncio.create_task(ask(number)) for number in range(5)]
            await asyncio.sleep(0.01)
        await asyncio.gather(*waiting)
        assert served == [0, 1, 2, 3, 4]
        assert db.idle == 1


async def test_whoever_waits_too_long_is_told_and_the_next_is_served(database_url: str) -> None:
    async with Database.open(database_url, max_size=1, acquire_timeout_s=0.05) as db:
        async with db.connection():
            with pytest.raises(DatabaseAway):
                await db.fetchrow("SELECT 1")
        assert await db.fetchrow("SELECT 1") is not None


async def test_a_use_that_is_cancelled_gives_its_connection_back(database_url: str) -> None:
    async with Database.open(database_url, max_size=1) as db:
        slow = asyncio.create_task(db.fetchrow("SELECT pg_sleep(30)"))
        await asyncio.sleep(0.05)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert await db.fetchrow("SELECT 1") is not None
