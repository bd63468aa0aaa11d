"""The accounts through which people can sign in, and whom such an account knows.

No viewer here: whoever signs in is not known yet. Name and public key of an account are no secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer, person_at


@dataclass(frozen=True)
class WayIn:
    """An account that knows its people."""

    id: int
    public_key: str
    name: str


WAYS = """
SELECT a.id, a.public_key, a.name FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
 WHERE a.kind = $1 AND a.active AND o.active AND ($2::varchar IS NULL OR a.public_key = $2)
 ORDER BY length(o.path), o.name, a.id LIMIT 50
"""


async def ways(db: Database, kind: str) -> Sequence[WayIn]:
    """The active accounts of that kind, the highest organisations first."""
    return [WayIn(**dict(row)) for row in await db.fetch(WAYS, kind, None)]


async def way(db: Database, kind: str, public_key: str) -> WayIn:
    """One of them; raises `NotVisible`."""
    row = await db.fetchrow(WAYS, kind, public_key)
    if row is None:
        raise NotVisible
    return WayIn(**dict(row))


async def person(db: Database, account_id: int, address: str, now: datetime) -> Viewer | None:
    """Whom the account knows by that address, at business time `now`."""
    async with db.connection() as connection:
        return await person_at(connection, account_id, address, now)
