"""The value of a policy outside of any case: the newest row of the nearest organisation upward."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.database import Connection


def in_force(row: str, at: str) -> str:
    """The SQL condition under which a row of `policy` holds at its organisation at an instant of business time.

    The newest version that is valid holds, unless it goes back to what stands above.
    """
    return (
        f"{row}.valid_from <= {at} AND NOT {row}.inherits AND NOT EXISTS (SELECT 1 FROM policy newer "
        f"WHERE newer.organisation_id = {row}.organisation_id AND newer.name = {row}.name "
        f"AND newer.version > {row}.version AND newer.valid_from <= {at})"
    )


NEAREST = f"""
SELECT p.value FROM policy p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.name = $1 AND starts_with($2, o.path) AND {in_force("p", "$3")}
 ORDER BY length(o.path) DESC LIMIT 1
"""


NEAREST_OF = f"""
SELECT DISTINCT ON (p.name) p.name, p.value FROM policy p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.name = ANY($1) AND starts_with($2, o.path) AND {in_force("p", "$3")}
 ORDER BY p.name, length(o.path) DESC
"""
NEWEST = "coalesce((SELECT max(id) FROM policy), 0)"
ANYWHERE = f"""
SELECT {NEWEST}, (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(name, value)), '[]')
                    FROM policy WHERE name = ANY($1) AND NOT inherits)
"""


async def nearest(connection: Connection, name: str, path: str, at: datetime) -> Mapping[str, Any] | None:
    """What holds at the organisation of that path at `at` (business time); None when nobody set it."""
    value: Mapping[str, Any] | None = await connection.fetchval(NEAREST, name, path, at)
    return value


async def nearest_of(
    connection: Connection, names: Sequence[str], path: str, at: datetime
) -> dict[str, Mapping[str, Any]]:
    """The same for several policies, without those that nobody set."""
    rows = await connection.fetch(NEAREST_OF, list(names), path, at)
    return {row["name"]: row["value"] for row in rows}


async def anywhere(
    connection: Connection, names: Sequence[str]
) -> tuple[int, Sequence[tuple[str, Mapping[str, Any]]]]:
    """The newest of all policies, and all that anybody ever set for these: what holds somewhere is among it."""
    newest, found = await connection.fetchrow(ANYWHERE, list(names)) or (0, [])
    return newest, [(name, value) for name, value in found]
