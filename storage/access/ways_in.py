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


ACTIVE = """
SELECT a.id, a.public_key, a.name FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
 WHERE a.kind = $1 AND a.active AND o.active
"""
# The nearest account that serves a hospital or authority of that name.
SERVING = """
SELECT DISTINCT a.id, a.public_key, a.name FROM organisation named JOIN LATERAL (
  SELECT a.id, a.public_key, a.name FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
   WHERE a.kind = $1 AND a.active AND o.active AND starts_with(named.path, o.path)
   ORDER BY length(o.path) DESC, a.id LIMIT 1) a ON true
 WHERE named.active AND named.kind <> 'department' AND strpos(lower(named.name), lower($2)) > 0
 ORDER BY a.name, a.id LIMIT $3
"""
FEWEST_LETTERS = 3
MOST_FOUND = 3


async def only(db: Database, kind: str) -> WayIn | None:
    """The one active account of that kind; None where there are several, which are not named to everybody."""
    rows = await db.fetch(f"{ACTIVE} LIMIT 2", kind)
    return WayIn(**dict(rows[0])) if len(rows) == 1 else None


async def there_are(db: Database, kind: str) -> bool:
    """Is there any active account of that kind?"""
    return await db.fetchrow(f"{ACTIVE} LIMIT 1", kind) is not None


async def serving(db: Database, kind: str, name: str) -> Sequence[WayIn]:
    """By which accounts people of a hospital or authority sign in, by (a part of) its name.

    None for a part so short, or so common, that it would list who is here rather than find one's own.
    """
    if len(name) < FEWEST_LETTERS:
        return []
    rows = await db.fetch(SERVING, kind, name, MOST_FOUND + 1)
    return [WayIn(**dict(row)) for row in rows] if len(rows) <= MOST_FOUND else []


async def way(db: Database, kind: str, public_key: str) -> WayIn:
    """One of them; raises `NotVisible`."""
    row = await db.fetchrow(f"{ACTIVE} AND a.public_key = $2", kind, public_key)
    if row is None:
        raise NotVisible
    return WayIn(**dict(row))


async def person(db: Database, account_id: int, address: str, now: datetime) -> Viewer | None:
    """Whom the account knows by that address, at business time `now`."""
    async with db.connection() as connection:
        return await person_at(connection, account_id, address, now)
