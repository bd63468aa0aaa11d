"""History and audit are only ever appended to, also by somebody with a console."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from storage.audit import AuditRow, append
from storage.database import Database
from tests.support.desk import Desk, open_desk

CHANGES = ["UPDATE {} SET door = 'page'", "DELETE FROM {}", "TRUNCATE {}"]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        await opened.report()
        await opened.report_without_account()
        async with opened.db.connection() as connection:
            row = AuditRow(opened.real.now(), opened.world.head, None, "page", "", "look", "WX2026-000001")
            await append(connection, row)
        yield opened


@pytest.fixture
async def owner(desk: Desk, owner_url: str) -> AsyncIterator[Database]:
    """Somebody with a console and the owner's password."""
    async with Database.open(owner_url, max_size=1) as opened:
        yield opened


@pytest.mark.parametrize("table", ["step", "audit"])
@pytest.mark.parametrize("change", CHANGES)
async def test_the_service_may_not_change_or_delete_a_row(desk: Desk, table: str, change: str) -> None:
    before = await desk.db.fetch(f"SELECT * FROM {table}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.db.execute(change.format(table))
    assert before
    assert await desk.db.fetch(f"SELECT * FROM {table}") == before


@pytest.mark.parametrize("table", ["step", "audit"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_partition_is_no_way_around_for_the_service(desk: Desk, table: str, change: str) -> None:
    for partition in (await partition_of(desk, table), f"{table}_default"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.db.execute(change.format(partition))


@pytest.mark.parametrize("table", ["step", "audit"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_trigger_refuses_the_owner_as_well(owner: Database, table: str, change: str) -> None:
    before = await owner.fetch(f"SELECT * FROM {table}")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only ever appended"):
        await owner.execute(change.format(table))
    assert before
    assert await owner.fetch(f"SELECT * FROM {table}") == before


@pytest.mark.parametrize("table", ["step", "audit"])
async def test_a_partition_is_no_way_around_for_the_owner(desk: Desk, owner: Database, table: str) -> None:
    partition = await partition_of(desk, table)
    assert partition != table
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="only ever appended"):
        await owner.execute(f"DELETE FROM {partition}")


async def partition_of(desk: Desk, table: str) -> str:
    return str(await desk.value(f"SELECT tableoid::regclass::text FROM {table} LIMIT 1"))


@pytest.mark.parametrize("table", ["device", "person", "participant", "work_case", "organisation"])
async def test_what_history_points_to_is_not_deleted(desk: Desk, table: str) -> None:
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
        await desk.db.execute(f"DELETE FROM {table}")
