"""Who is who at this moment: a person's grants, and the people who hold a role for an organisation.

Used by the engine, which resolves recipients at the commit, and by the notifier, for fallback only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Connection


@dataclass(frozen=True)
class Grant:
    """A role at an organisation, which counts for everything below it."""

    role: str
    organisation_id: int
    path: str

    def covers(self, path: str) -> bool:
        """Does the grant reach the organisation of that path?"""
        return path.startswith(self.path)


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks or acts: a person with grants, or a participant of one case by link."""

    name: str
    person_id: int | None = None
    participant_id: int | None = None
    case_id: int | None = None
    language: str | None = None
    organisation_id: int | None = None
    grants: tuple[Grant, ...] = ()

    def holds(self, roles: Iterable[str], path: str) -> bool:
        """Does the viewer hold one of the roles for the organisation of that path?"""
        wanted = frozenset(roles)
        return any(grant.role in wanted and grant.covers(path) for grant in self.grants)

    def sees(self, path: str) -> bool:
        """Does any grant reach the organisation of that path?"""
        return any(grant.covers(path) for grant in self.grants)

    @property
    def paths(self) -> list[str]:
        """The organisations that the viewer reaches, as LIKE patterns."""
        return sorted({f"{grant.path}%" for grant in self.grants})


PERSON = """
SELECT p.id, p.name, p.language, p.organisation_id,
       coalesce(jsonb_agg(jsonb_build_object('role', post.role, 'id', o.id, 'path', o.path))
                FILTER (WHERE post.id IS NOT NULL), '[]') AS grants
  FROM person p
  LEFT JOIN post ON post.person_id = p.id AND post.starts_at <= $2 AND (post.ends_at IS NULL OR post.ends_at > $2)
  LEFT JOIN organisation o ON o.id = post.organisation_id
 WHERE p.id = $1 AND p.active
 GROUP BY p.id
"""

# For each role, the holders at the nearest organisation upward that has any.
HOLDERS = """
SELECT role, person_id FROM (
  SELECT post.role, post.person_id, rank() OVER (PARTITION BY post.role ORDER BY length(o.path) DESC) AS distance
    FROM post
    JOIN organisation o ON o.id = post.organisation_id
    JOIN person p ON p.id = post.person_id AND p.active
   WHERE post.role = ANY($1) AND starts_with($3, o.path)
     AND post.starts_at <= $2 AND (post.ends_at IS NULL OR post.ends_at > $2)
) nearest WHERE distance = 1 ORDER BY role, person_id
"""


# A provider may spell a name in another case than the administrator did; the exact spelling comes first.
PERSON_AT = """
SELECT person_id FROM contact_point
 WHERE account_id = $1 AND (address = $2 OR lower(address) = lower($2))
 ORDER BY address = $2 DESC, id LIMIT 1
"""


async def viewer_of(connection: Connection, person_id: int, at: datetime) -> Viewer | None:
    """The active person of that id with the grants that hold at `at` (business time)."""
    row = await connection.fetchrow(PERSON, person_id, at)
    return viewer_from(row) if row else None


async def person_at(connection: Connection, account_id: int, address: str, at: datetime) -> Viewer | None:
    """The active person whom that account knows by that address, with the grants at `at` (business time)."""
    person_id = await connection.fetchval(PERSON_AT, account_id, address)
    return None if person_id is None else await viewer_of(connection, person_id, at)


def viewer_from(row: Any) -> Viewer:
    """Build a viewer from a row of `PERSON`, or from the same object in JSON."""
    return Viewer(
        name=row["name"],
        person_id=row["id"],
        language=row["language"],
        organisation_id=row["organisation_id"],
        grants=tuple(Grant(g["role"], g["id"], g["path"]) for g in row["grants"]),
    )


async def holders(
    connection: Connection, roles: Sequence[str], path: str, at: datetime
) -> dict[str, list[int]]:
    """The people who hold each role for the organisation of that path, at the nearest level that has anybody."""
    found: dict[str, list[int]] = {role: [] for role in roles}
    if roles:
        for row in await connection.fetch(HOLDERS, list(roles), at, path):
            found[row["role"]].append(row["person_id"])
    return found
