"""Several statements in one: a round trip instead of many, for pages that show many things at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PLACE = re.compile(r"\$(\d+)")


@dataclass(frozen=True)
class Part:
    """A statement with the values of its places."""

    sql: str
    values: Sequence[Any]


def columns(parts: Mapping[str, Part], taken: int) -> tuple[str, list[Any]]:
    """One column for each part, its rows as a JSON text in their order; and all values, after `taken` others."""
    found: list[str] = []
    values: list[Any] = []
    for name, part in parts.items():
        sql = PLACE.sub(lambda place: f"${int(place[1]) + taken + len(values)}", part.sql)  # noqa: B023 - used at once
        found.append(f"(SELECT coalesce(json_agg(row_to_json(r)), '[]')::text FROM ({sql}) r) AS {name}")
        values += part.values
    return ", ".join(found), values
