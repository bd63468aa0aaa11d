"""The loops look from the month on in which the oldest open message was made, and find what is opened again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from storage import open_span, outbox
from storage.database import Database

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OLD, THIS_MONTH = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
ADD = """
INSERT INTO message (created_at, case_version, kind, lane, variables, state, next_at)
VALUES ($1, 0, 'bench.nothing', 'x', '{}', $2, $1) RETURNING id
"""


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url, max_size=3) as opened:
        yield opened


async def add(db: Database, at: datetime, state: str) -> int:
    [row] = await db.fetch(ADD, at, state)
    return int(row["id"])


async def since(db: Database) -> datetime:
    async with db.connection() as connection:
        return await open_span.read(connection)


async def test_months_in_which_nothing_is_open_are_passed(db: Database) -> None:
    await add(db, OLD + timedelta(days=3), "sent")
    assert await since(db) == OLD, "written with a date of long ago"
    assert await open_span.move_on(db, NOW) == THIS_MONTH
    assert await since(db) == THIS_MONTH


async def test_an_open_message_is_never_passed(db: Database) -> None:
    waiting = await add(db, OLD + timedelta(days=40), "queued")
    assert await open_span.move_on(db, NOW) == datetime(2026, 7, 1, tzinfo=UTC)
    await db.execute("UPDATE message SET state = 'sent', escalate_at = now() WHERE id = $1", waiting)
    assert await open_span.move_on(db, NOW) == datetime(2026, 7, 1, tzinfo=UTC)


async def test_a_dead_letter_of_long_ago_that_is_sent_again_is_claimed(db: Database) -> None:
    dead = await add(db, OLD, "dead")
    await open_span.move_on(db, NOW)
    async with db.transaction() as tx:
        assert await outbox.revive(tx, dead, NOW)
    assert [m.id for m in await outbox.claim(db, NOW, timedelta(minutes=2), 5)] == [dead]


async def test_what_is_opened_while_its_month_is_being_passed_is_not_left_behind(db: Database) -> None:
    dead = await add(db, OLD, "dead")
    async with db.transaction() as tx:
        await outbox.revive(tx, dead, NOW)
        assert await open_span.move_on(db, NOW) is None, "somebody opens one again"
    assert await open_span.move_on(db, NOW) == OLD


async def test_two_days_are_never_passed(db: Database) -> None:
    assert await open_span.move_on(db, datetime(2026, 12, 2, tzinfo=UTC)) == THIS_MONTH
