"""The schema: made once by whoever comes first, the same as the models say, with room for what comes."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions, Operation

from storage import models
from storage.database import Database, DatabaseUnusable
from storage.migrate import MODELS, _until_taken, migrate, missing_migrations
from storage.table_locks import TAKE_ALL
from storage.upkeep import look_after

PARTITIONED = ("audit", "delivery", "message", "reading", "routing_note", "step")
PARTITIONS = """
SELECT p.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent WHERE p.relkind = 'p' AND c.relkind = 'r'
"""
COLUMNS = """
SELECT column_name, is_nullable = 'YES' AS may_be_null FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = $1
"""


@pytest.fixture
async def empty_url(postgres_url: str, database_names: Iterator[str]) -> AsyncIterator[str]:
    """The DSN of a database without any table."""
    name = next(database_names)
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"CREATE DATABASE {name}")
    yield postgres_url.replace("///yishe?", f"///{name}?")
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url, max_size=2) as opened:
        yield opened


MIGRATE = "import asyncio, sys; from storage.migrate import migrate; asyncio.run(migrate(sys.argv[1]))"


async def test_three_processes_that_migrate_at_once_all_succeed(empty_url: str) -> None:
    command = [sys.executable, "-c", MIGRATE, empty_url]
    processes = [await asyncio.create_subprocess_exec(*command) for _ in range(3)]
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 0, 0]
    assert await missing_migrations(empty_url) == []


async def take_all(owner_url: str) -> None:
    async with Database.open(owner_url, max_size=1) as db, db.transaction() as tx:
        await tx.execute(TAKE_ALL)


async def test_a_migration_waits_for_tables_without_holding_any(owner_url: str) -> None:
    """A request that holds one table and asks for others meanwhile gets them: there is no ring."""
    async with Database.open(owner_url, max_size=1) as db:
        async with db.transaction() as request:
            await request.execute("LOCK TABLE web_session IN ACCESS SHARE MODE")
            migrating = asyncio.create_task(_until_taken(lambda: take_all(owner_url)))
            await asyncio.sleep(0.3)
            await request.fetch("SELECT 1 FROM absence, audit, device, person LIMIT 1")
            assert not migrating.done()
        await asyncio.wait_for(migrating, 10)


async def test_a_migration_that_does_not_get_its_tables_says_so(owner_url: str) -> None:
    async with Database.open(owner_url, max_size=1) as db, db.transaction() as request:
        await request.execute("LOCK TABLE web_session IN ACCESS SHARE MODE")
        with pytest.raises(DatabaseUnusable, match="in use for 0 s, perhaps by a backup"):
            await _until_taken(lambda: take_all(owner_url), 0.1)


async def test_what_is_missing_is_named_and_migrating_again_changes_nothing(empty_url: str) -> None:
    assert (await missing_migrations(empty_url))[0] == "0001_initial"
    await migrate(empty_url)
    async with Database.open(empty_url, max_size=1) as db:
        before = await db.fetch("SELECT * FROM tortoise_migrations")
        await migrate(empty_url)
        assert await db.fetch("SELECT * FROM tortoise_migrations") == before


async def test_models_and_migrations_agree() -> None:
    """`makemigrations` would write nothing of substance."""
    await Tortoise.init(config=MODELS)
    try:
        assert Tortoise.apps is not None
        writers = await MigrationAutodetector(Tortoise.apps, MODELS["apps"]).changes()
        operations = [operation for writer in writers for operation in writer.operations]
        assert [vars(operation) for operation in operations if not is_noise(operation)] == []
    finally:
        await Tortoise.close_connections()


def is_noise(operation: Operation) -> bool:
    """Tortoise's own: it finds one-to-one primary keys renamed, and forgets `generated=False`."""
    if isinstance(operation, AlterModelOptions):
        return bool(getattr(models, operation.name)._meta.pk_attr in ("case_id", "account_id", "person_id"))
    return getattr(operation, "model_name", "") == "BusinessTime"


@pytest.fixture(scope="module")
def described_models() -> None:
    """The models know the columns of their relations once tortoise has looked at all of them."""
    asyncio.run(Tortoise.init(config=MODELS, init_connections=False))


@pytest.mark.usefixtures("described_models")
@pytest.mark.parametrize("name", models.__all__)
async def test_tables_are_what_the_models_say(db: Database, name: str) -> None:
    """Also those that were rebuilt as partitioned ones."""
    described = getattr(models, name)._meta
    rows = await db.fetch(COLUMNS, described.db_table)
    fields = {
        f.source_field or field: f.null
        for field, f in described.fields_map.items()
        if field in described.fields_db_projection
    }
    assert {row["column_name"]: row["may_be_null"] for row in rows} == fields


async def test_every_table_that_only_grows_has_a_partition_for_the_coming_months(db: Database) -> None:
    coming = datetime(2031, 11, 15, tzinfo=UTC)
    await look_after(db, coming)
    await look_after(db, coming)
    bounds = await partitions(db)
    assert set(bounds) == set(PARTITIONED)
    for table in PARTITIONED:
        for month in ("2031-11-01", "2031-12-01", "2032-01-01", "2032-02-01"):
            assert any(f"FROM ('{month} 00:00:00+00')" in bound for bound in bounds[table]), (table, month)


async def test_processes_that_make_the_same_partitions_at_once_all_succeed(db: Database) -> None:
    await asyncio.gather(*(look_after(db, datetime(2033, month, 1, tzinfo=UTC)) for month in (1, 2, 1, 2)))
    assert len((await partitions(db))["step"]) >= 5


async def test_this_month_and_the_next_have_partitions_after_migrating(db: Database) -> None:
    """By the server's clock, which made them."""
    rows = await db.fetch(
        "SELECT to_char(now() AT TIME ZONE 'UTC' + n * interval '1 month', 'YYYY-MM') AS month "
        "FROM generate_series(0, 3) n"
    )
    for bounds in (await partitions(db)).values():
        assert all(any(f"FROM ('{row['month']}-01" in bound for bound in bounds) for row in rows)


async def test_a_row_whose_month_has_no_partition_yet_is_kept(db: Database) -> None:
    await db.execute(
        "INSERT INTO audit (at, door, client, action, subject, data) VALUES "
        "('2040-05-05T00:00:00Z', 'page', '', 'look', '', '{}')"
    )
    await look_after(db, datetime(2040, 4, 1, tzinfo=UTC))
    row = await db.fetchrow("SELECT count(*) AS kept, max(tableoid::regclass::text) AS place FROM audit")
    assert row is not None
    assert tuple(row) == (1, "audit_default")


async def test_old_answers_and_sessions_are_forgotten(db: Database) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    await db.execute("INSERT INTO organisation (kind, name, path) VALUES ('hospital', 'H', '1.')")
    await db.execute(
        "INSERT INTO person (organisation_id, name, title, active, failed_sign_ins) "
        "SELECT id, 'P', '', true, 0 FROM organisation"
    )
    for days in (29, 31):
        await db.execute(
            "INSERT INTO web_session (id, person_id, created_at, seen_at, client) "
            "SELECT $1, id, $2, $2, '' FROM person",
            f"{days}",
            now - timedelta(days=days),
        )
    await look_after(db, now)
    assert [row["id"] for row in await db.fetch("SELECT id FROM web_session")] == ["29"]


async def partitions(db: Database) -> dict[str, list[str]]:
    """The bounds of each partitioned table's partitions, told in UTC."""
    async with db.transaction() as tx:
        await tx.execute("SET LOCAL TIME ZONE 'UTC'")
        rows = await tx.fetch(PARTITIONS)
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append(row["bound"])
    return found
