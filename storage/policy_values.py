"""The value of a policy outside of any case: the newest row of the nearest organisation upward."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.database import Connection

NEAREST = """
SELECT p.value FROM policy p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.name = $1 AND starts_with($2, o.path) AND p.valid_from <= $3
 ORDER BY length(o.path) DESC, p.version DESC LIMIT 1
"""


async def nearest(connection: Connection, name: str, path: str, at: datetime) -> Mapping[str, Any] | None:
    """What holds at the organisation of that path at `at` (business time); None when nobody set it."""
    value: Mapping[str, Any] | None = await connection.fetchval(NEAREST, name, path, at)
    return value
