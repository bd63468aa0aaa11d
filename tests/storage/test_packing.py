"""Finished months lose the room that was left for what becomes of their rows, and nothing else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from storage.database import Database
from storage.upkeep import pack_finished_months

AT_NIGHT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
MONTH = datetime(2026, 5, 3, tzinfo=UTC)
FILL = """
INSERT INTO message (created_at, case_version, kind, lane, variables, state, next_at, finished_at)
SELECT $1::timestamptz + n * interval '1 minute', 0, 'bench.nothing', n, '{"n": 1}', 'sent', $1, $1
  FROM generate_series(1, 2000) n
"""
STATE = """
SELECT pg_relation_size('message_2026_05') AS size, md5(string_agg(m::text, '|' ORDER BY m.id)) AS rows,
       (SELECT reloptions[1] FROM pg_class WHERE oid = 'message_2026_05'::regclass) AS room FROM message_2026_05 m
"""


@pytest.fixture
async def filled(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to a database with two thousand messages in a month that is over."""
    connection = await asyncpg.connect(owner_url)
    await connection.execute("SELECT ensure_partitions(0, $1)", MONTH)
    await connection.execute(FILL, MONTH)
    yield connection
    await connection.close()


async def test_a_finished_month_takes_less_room_and_holds_the_same_rows(
    filled: asyncpg.Connection, database_url: str
) -> None:
    before = await filled.fetchrow(STATE)
    async with Database.open(database_url, max_size=1) as db:
        packed = await pack_finished_months(db, AT_NIGHT, lambda: None)
        assert await pack_finished_months(db, AT_NIGHT, lambda: None) == [], "once"
    after = await filled.fetchrow(STATE)
    assert before
    assert after
    assert sorted(packed) == ["delivery_2026_05", "message_2026_05"]
    assert (after["rows"], before["room"], after["room"]) == (
        before["rows"],
        "fillfactor=50",
        "fillfactor=100",
    )
    assert after["size"] < 0.6 * before["size"]


@pytest.mark.parametrize("at", [AT_NIGHT - timedelta(hours=6), MONTH + timedelta(days=58, hours=18)])
async def test_by_day_and_soon_after_its_end_no_month_is_packed(
    filled: asyncpg.Connection, database_url: str, at: datetime
) -> None:
    async with Database.open(database_url, max_size=1) as db:
        assert await pack_finished_months(db, at, lambda: None) == []


async def test_what_is_cut_short_has_not_happened_and_is_done_the_next_time(
    filled: asyncpg.Connection, owner_url: str, database_url: str
) -> None:
    before = await filled.fetchrow(STATE)
    victim = await asyncpg.connect(owner_url)
    await victim.execute("BEGIN")
    assert await victim.fetchval("SELECT pack_month($1)", AT_NIGHT) is not None
    assert await victim.fetchval("SELECT pack_month($1)", AT_NIGHT) is not None
    await filled.execute("SELECT pg_terminate_backend($1)", victim.get_server_pid())
    async with Database.open(database_url, max_size=1) as db:
        while not victim.is_closed():
            await db.fetch("SELECT pg_sleep(0.01)")
        assert await filled.fetchrow(STATE) == before
        assert len(await pack_finished_months(db, AT_NIGHT, lambda: None)) == 2


async def test_a_month_in_which_somebody_is_at_work_is_left_to_another_hour(
    filled: asyncpg.Connection, database_url: str
) -> None:
    async with Database.open(database_url, max_size=1) as db, filled.transaction():
        await filled.execute(
            "UPDATE message_2026_05 SET reason = 'x' WHERE id = (SELECT min(id) FROM message_2026_05)"
        )
        assert "message_2026_05" not in await pack_finished_months(db, AT_NIGHT, lambda: None)
