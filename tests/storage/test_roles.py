"""The login of the service: what it may do, and what it is told when that is not enough."""

from collections.abc import AsyncIterator, Iterator
from importlib import import_module

import asyncpg
import pytest

from storage.database import Database
from storage.migrate import SchemaBehind, migrate, missing_migrations
from storage.roles import SERVICE_ROLE, Standing, as_login, make_login, standing

APPEND_ONLY = {"audit", "step"}
READ_ONLY = {"tortoise_migrations", "trail"}
# What the ledger points to without a foreign key, and the ledger itself: kept, since nothing else would hold it.
NEVER_DELETED = {"work_case", "channel_account", "delivery"}
MISSING = """
SELECT c.relname AS name, array(SELECT p FROM unnest($2::text[]) p WHERE NOT has_table_privilege($1, c.oid, p)) AS lacks
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
"""
SEQUENCES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
   AND CASE WHEN relkind = 'S' THEN NOT has_sequence_privilege($1, oid, 'USAGE') ELSE false END
"""
PARTITIONS = """
SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'
   AND has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
"""
ALL = ["SELECT", "INSERT", "UPDATE", "DELETE"]


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url, max_size=2) as opened:
        yield opened


@pytest.fixture
async def bare_url(postgres_url: str, template_url: str, database_names: Iterator[str]) -> AsyncIterator[str]:
    """The owner's DSN of a database without any table."""
    name = next(database_names)
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"CREATE DATABASE {name}")
    yield postgres_url.replace("///yishe?", f"///{name}?")
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


async def test_every_table_is_usable_and_what_is_only_appended_to_is_not_changed(db: Database) -> None:
    """A migration that makes a table as another role than the owner must grant; this finds the one that forgets."""
    lacks = {row["name"]: set(row["lacks"]) for row in await db.fetch(MISSING, SERVICE_ROLE, ALL)}
    expected = {name: {"UPDATE", "DELETE"} for name in APPEND_ONLY}
    expected |= {name: {"INSERT", "UPDATE", "DELETE"} for name in READ_ONLY}
    expected |= {name: {"DELETE"} for name in NEVER_DELETED}
    assert lacks == {name: expected.get(name, set()) for name in lacks}
    assert set(lacks) > APPEND_ONLY | READ_ONLY
    assert await db.fetch(SEQUENCES, SERVICE_ROLE) == []


async def test_no_partition_can_be_reached_but_through_its_table(db: Database, owner_url: str) -> None:
    await db.execute("SELECT ensure_partitions(14)")
    assert await db.fetch(PARTITIONS, SERVICE_ROLE) == []
    assert await db.fetch(PARTITIONS, "yishe")


async def test_a_table_of_a_later_migration_is_granted_by_itself(db: Database, owner_url: str) -> None:
    async with Database.open(owner_url, max_size=1) as owner:
        await owner.execute("CREATE TABLE later (id bigserial PRIMARY KEY, value int)")
    await db.execute("INSERT INTO later (value) VALUES (1)")
    await db.execute("UPDATE later SET value = 2")
    assert await db.execute("DELETE FROM later") == "DELETE 1"


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE yishe",
        "CREATE TABLE mine (value int)",
        "DROP TRIGGER audit_append_only ON audit",
        "ALTER TABLE step DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TABLE audit_default",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS ''",
        "ALTER FUNCTION ensure_partitions(int, timestamptz) SECURITY INVOKER",
        "CREATE ROLE helper",
        "TRUNCATE person CASCADE",
        "DELETE FROM tortoise_migrations",
    ],
)
async def test_the_service_cannot_take_what_it_was_not_given(db: Database, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute(statement)


async def test_partitions_are_made_in_the_owners_schema_whatever_the_caller_prepares(db: Database) -> None:
    """The function runs with the owner's rights, so the caller's names must not lead it astray."""
    async with db.connection() as connection:
        await connection.execute("CREATE TEMP TABLE audit (at timestamptz) ON COMMIT PRESERVE ROWS")
        await connection.execute("SELECT ensure_partitions(0, '2044-04-04T00:00:00Z')")
    assert await db.fetch("SELECT FROM pg_class WHERE oid = to_regclass('public.audit_2044_04')")


async def test_standing_tells_owner_and_service_apart(db: Database, owner_url: str) -> None:
    assert await standing(db) == Standing("yishe_app", may_migrate=False, may_change_audit=False)
    async with Database.open(owner_url, max_size=1) as owner:
        assert await standing(owner) == Standing("yishe", may_migrate=True, may_change_audit=True)


async def test_one_who_can_become_the_owner_is_told_from_one_who_cannot(owner_url: str) -> None:
    await make_login(owner_url, "yishe_climber")
    async with Database.open(owner_url, max_size=1) as owner:
        await owner.execute("GRANT yishe TO yishe_climber WITH INHERIT FALSE")
    async with Database.open(as_login(owner_url, "yishe_climber"), max_size=1) as climber:
        assert (await standing(climber)).may_change_audit


async def test_a_lesser_login_with_missing_migrations_is_told_to_migrate(bare_url: str) -> None:
    with pytest.raises(SchemaBehind, match=r"0001_initial.*yishe_app.*run `yishe migrate`"):
        await migrate(as_login(bare_url))
    assert (await missing_migrations(bare_url))[0] == "0001_initial"


async def test_an_owner_who_may_not_make_the_role_is_told_who_may(owner_url: str) -> None:
    make_role = import_module("storage.migrations.0005_roles").MAKE_ROLE.replace(SERVICE_ROLE, "not_there")
    async with Database.open(as_login(owner_url), max_size=1) as lesser:
        with pytest.raises(
            asyncpg.InsufficientPrivilegeError, match="administrator of the server run CREATE"
        ):
            await lesser.execute(make_role)
