"""How many locks the server must have room for, by the number of partitions."""

import asyncpg
import pytest

from storage.database import Database
from storage.partition_locks import LockRoom, lock_room
from tests.support.partitions import make_ten_years


@pytest.mark.parametrize(("relations", "needed"), [(100, 64), (600, 128), (2252, 512), (4000, 1024)])
def test_the_more_partitions_the_more_room(relations: int, needed: int) -> None:
    room = LockRoom(per_session=needed, sessions=100, relations=relations)
    assert (room.needed, room.is_enough) == (needed, True)
    assert not LockRoom(per_session=needed - 1, sessions=100, relations=relations).is_enough


async def test_the_embedded_server_has_room_for_ten_years(database_url: str, owner_url: str) -> None:
    await make_ten_years(owner_url)
    async with Database.open(database_url, max_size=1) as db:
        room = await lock_room(db)
    assert room.relations > 2000
    assert room.is_enough


async def test_twenty_sessions_may_look_through_all_months_at_once(database_url: str, owner_url: str) -> None:
    """At PostgreSQL's own setting the sixteenth had no memory for its locks."""
    await make_ten_years(owner_url)
    sessions = [await asyncpg.connect(database_url) for _ in range(20)]
    for session in sessions:
        await session.execute("BEGIN")
        await session.execute(
            "EXPLAIN SELECT FROM message m LEFT JOIN delivery d ON d.message_id = m.id WHERE m.case_id = 1"
        )
    for session in sessions:
        await session.close()
