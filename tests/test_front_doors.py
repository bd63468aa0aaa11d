"""Front doors read through `storage.access` and write through the workflows: there is no SQL in them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOORS = sorted(p for room in ("h5_pages", "webhooks", "bot/chat") for p in (ROOT / room).rglob("*.py"))
STATEMENT = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\b.+\bSET|DELETE\s+FROM|TRUNCATE|LOCK TABLE)\b", re.DOTALL
)
ASKS = frozenset(
    {"fetch", "fetchrow", "fetchval", "execute", "executemany", "cursor", "copy_records_to_table"}
)


def sql_in(source: str) -> Iterator[str]:
    """Every statement, and every call that would run one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.search(node.value):
            yield f"line {node.lineno}: a statement"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS:
            yield f"line {node.lineno}: .{node.func.attr}()"


def test_no_front_door_speaks_sql() -> None:
    found = {str(p.relative_to(ROOT)): list(sql_in(p.read_text())) for p in DOORS}
    assert len(DOORS) > 50
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "x = 'SELECT id FROM person'",
        "x = f'''UPDATE person\nSET name = {y}'''",
        "await db.fetchrow(q)",
        "c.execute(q)",
    ],
)
def test_the_search_finds_what_it_is_for(source: str) -> None:
    assert list(sql_in(f"async def f():\n    {source}"))
