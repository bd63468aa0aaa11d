"""Several statements in one: a round trip instead of many, for pages that show many things at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

PLACE = re.compile(r"\$(\d+)")


@dataclass(frozen=True)
class Column:
    """In a part, what the larger statement has at hand in place of a value: `shown.id`. Never what came in."""

    sql: str


@dataclass(frozen=True)
class Part:
    """A statement with the values of its places: the same parts have the same statement, whatever their values."""

    sql: str
    values: Sequence[Any]


def columns(parts: Mapping[str, Part], taken: int) -> tuple[str, list[Any]]:
    """One column for each part, its rows as a JSON text in their order; and all values, after `taken` others."""
    found: list[str] = []
    values: list[Any] = []
    for name, part in parts.items():
        names: list[str] = []
        for value in part.values:
            if isinstance(value, Column):
                names.append(value.sql)
            else:
                values.append(value)
                names.append(f"${taken + len(values)}")
        found.append(_column(name, part.sql, tuple(names)))
    return ", ".join(found), values


@lru_cache(maxsize=256)
def _column(name: str, sql: str, places: tuple[str, ...]) -> str:
    placed = PLACE.sub(lambda place: places[int(place[1]) - 1], sql)
    return f"(SELECT coalesce(json_agg(row_to_json(r)), '[]')::text FROM ({placed}) r) AS {name}"
