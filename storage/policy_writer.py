"""Writes versions of policies. A version is never changed: a newer one takes its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Connection

LATEST = "SELECT coalesce(max(version), 0) FROM policy WHERE organisation_id = $1 AND name = $2"
ADD = """
INSERT INTO policy (organisation_id, name, value, source, version, valid_from, set_by_id, note, inherits)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
"""


@dataclass(frozen=True)
class NewPolicy:
    """A version to be added. `inherits`: what stands above holds from then on, of which `value` is a copy."""

    organisation_id: int
    name: str
    value: Mapping[str, Any]
    source: str
    version: int
    valid_from: datetime
    set_by: int | None
    note: str
    inherits: bool


async def latest_version(connection: Connection, organisation_id: int, name: str) -> int:
    """The newest version that the organisation has set, 0 for none. The organisation should be locked."""
    version: int = await connection.fetchval(LATEST, organisation_id, name)
    return version


async def add(connection: Connection, new: NewPolicy) -> int:
    """Add a version, and let the timers know."""
    policy_id: int = await connection.fetchval(
        ADD,
        new.organisation_id,
        new.name,
        dict(new.value),
        new.source,
        new.version,
        new.valid_from,
        new.set_by,
        new.note,
        new.inherits,
    )
    await connection.execute("SELECT pg_notify('timers', '')")
    return policy_id
