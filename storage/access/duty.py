"""The duty calendar, for whoever administers the organisations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import duty
from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer
from storage.duty import Shift

SHOWN = timedelta(days=14)


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be on duty."""

    id: int
    name: str
    title: str
    organisation: str


MOST = 500
PEOPLE = """
SELECT DISTINCT p.id, p.name, p.title, o.name AS organisation
  FROM person p JOIN organisation o ON o.id = p.organisation_id JOIN post ON post.person_id = p.id
  JOIN organisation place ON place.id = post.organisation_id
 WHERE p.active AND place.path LIKE ANY ($1::text[]) AND o.path LIKE ANY ($1::text[])
   AND post.starts_at <= $2 AND (post.ends_at IS NULL OR post.ends_at > $2)
 ORDER BY o.name, p.name, p.id LIMIT $3
"""


async def shifts(db: Database, viewer: Viewer, role: str, begin: datetime) -> Sequence[Shift]:
    """The shifts of two weeks from an instant (business time) on, those that have begun as well, the earliest first."""
    async with db.connection() as connection:
        return await duty.between(connection, viewer.paths_of(role), begin, begin + SHOWN)


async def shift(db: Database, viewer: Viewer, role: str, shift_id: int) -> Shift:
    """One of them; raises `NotVisible`."""
    async with db.connection() as connection:
        found = await duty.by_id(connection, shift_id)
    if found is None or not viewer.holds({role}, found.path):
        raise NotVisible
    return found


async def people(db: Database, viewer: Viewer, role: str, now: datetime) -> Sequence[Colleague]:
    """Who has a post at the organisations that the viewer administers, the first 500 by name."""
    rows = await db.fetch(PEOPLE, viewer.paths_of(role), now, MOST)
    return [Colleague(**dict(row)) for row in rows]
