"""History and audit are only ever appended to, also by somebody with a console."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from storage.audit import AuditRow, append
from tests.support.desk import Desk, open_desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        await opened.report()
        await opened.report_without_account()
        async with opened.db.connection() as connection:
            row = AuditRow(opened.real.now(), opened.world.head, None, "page", "", "look", "WX2026-000001")
            await append(connection, row)
        yield opened


@pytest.mark.parametrize("table", ["step", "audit"])
@pytest.mark.parametrize("change", ["UPDATE {} SET door = 'page'", "DELETE FROM {}", "TRUNCATE {}"])
async def test_no_row_is_changed_or_deleted(desk: Desk, table: str, change: str) -> None:
    before = await desk.db.fetch(f"SELECT * FROM {table}")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only ever appended"):
        await desk.db.execute(change.format(table))
    assert before
    assert await desk.db.fetch(f"SELECT * FROM {table}") == before


@pytest.mark.parametrize("table", ["step", "audit"])
async def test_a_partition_is_no_way_around(desk: Desk, table: str) -> None:
    partition = await desk.value(f"SELECT tableoid::regclass::text FROM {table} LIMIT 1")
    assert partition != table
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only ever appended"):
        await desk.db.execute(f"DELETE FROM {partition}")


@pytest.mark.parametrize("table", ["device", "person", "participant", "work_case", "organisation"])
async def test_what_history_points_to_is_not_deleted(desk: Desk, table: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError):
        await desk.db.execute(f"DELETE FROM {table}")
