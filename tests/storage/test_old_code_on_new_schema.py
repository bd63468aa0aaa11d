"""Old and new versions run side by side, so a migration only adds, and what it adds may be left out."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tortoise.fields import Field
from tortoise.migrations import operations as ops
from tortoise.migrations.operations import Operation

from tests.support.old_version import new_migrations

# Without an index old code is slower, and no less right.
ADDS = (ops.AddField, ops.AddIndex, ops.CreateModel, ops.RemoveIndex)
# What takes away, renames or narrows what the old code reads or writes.
TAKES_AWAY = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|FUNCTION|VIEW|TYPE|SEQUENCE|TRIGGER|SCHEMA)|RENAME\b|SET\s+NOT\s+NULL"
    r"|ALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE|TRUNCATE|DELETE\s+FROM)",
    re.IGNORECASE,
)
ADDS_COLUMN = re.compile(r"ADD\s+COLUMN\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)([^,;]*)", re.IGNORECASE)


def operations(path: Path) -> list[Operation]:
    migration = importlib.import_module(f"storage.migrations.{path.stem}").Migration
    return list(migration.operations)


def wrong(path: Path) -> Iterator[str]:
    """What the old version would stumble over."""
    for operation in operations(path):
        if isinstance(operation, ops.RunSQL):
            yield from wrong_in(operation.sql)
        elif isinstance(operation, ops.AlterField) and asks_for_less(operation.field):
            continue
        elif not isinstance(operation, ADDS):
            yield f"{type(operation).__name__} is not an addition"
        elif isinstance(operation, ops.AddField) and not may_be_left_out(operation.field):
            yield f"{operation.model_name}.{operation.name} has neither NULL nor a default of the database"


def wrong_in(sql: str) -> Iterator[str]:
    yield from (f"takes away: {found[0]}" for found in TAKES_AWAY.finditer(sql))
    for name, rest in ADDS_COLUMN.findall(sql):
        if "NOT NULL" in rest.upper() and "DEFAULT" not in rest.upper():
            yield f"{name} has neither NULL nor a default"


def asks_for_less(field: object) -> bool:
    """What had to be given may now be left out, or is not looked up any more."""
    return may_be_left_out(field) or not getattr(field, "db_constraint", True)


def may_be_left_out(field: object) -> bool:
    return isinstance(field, Field) and (field.null or field.has_db_default())


@pytest.mark.parametrize("path", new_migrations(), ids=lambda path: path.stem)
def test_a_migration_only_adds_what_old_code_may_leave_out(path: Path) -> None:
    assert list(wrong(path)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE person DROP COLUMN title",
        "ALTER TABLE person RENAME COLUMN name TO called",
        "ALTER TABLE person ALTER COLUMN name TYPE text",
        "ALTER TABLE person ALTER name SET NOT NULL",
        "DROP VIEW trail",
        "ALTER TABLE person ADD COLUMN shoe int NOT NULL",
    ],
)
def test_what_would_break_the_old_version_is_found(sql: str) -> None:
    assert list(wrong_in(sql))


def test_a_column_with_a_default_is_fine() -> None:
    assert list(wrong_in("ALTER TABLE person ADD COLUMN shoe int NOT NULL DEFAULT 42")) == []
