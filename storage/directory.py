"""Who is who at this moment: a person with the grants that hold. Who is there for a role: `storage.reach`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage.database import Connection


@dataclass(frozen=True)
class Grant:
    """A role at an organisation, which counts for everything below it.

    `for_person` is whose it is, when it is held as their deputy; `kind` is that of the organisation.
    """

    role: str
    organisation_id: int
    path: str
    for_person: int | None = None
    kind: str = ""

    def covers(self, path: str) -> bool:
        """Does the grant reach the organisation of that path?"""
        return path.startswith(self.path)

    def is_one_of(self, roles: frozenset[str]) -> bool:
        """Is it one of these roles, be it as such or as that of one kind of organisation (`role@kind`)?"""
        return self.role in roles or at_kind(self.role, self.kind) in roles


def at_kind(role: str, kind: str) -> str:
    """The role where it is held at an organisation of that kind alone."""
    return f"{role}@{kind}"


@dataclass(frozen=True)
class Absent:
    """Somebody who is away."""

    id: int
    name: str


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks or acts: a person with grants, or a participant of one case by link.

    `acts_for` are those who are away and have the viewer as their deputy, be it by another deputy.
    """

    name: str
    person_id: int | None = None
    participant_id: int | None = None
    case_id: int | None = None
    language: str | None = None
    organisation_id: int | None = None
    grants: tuple[Grant, ...] = ()
    acts_for: tuple[Absent, ...] = ()

    def holds(self, roles: Iterable[str], path: str) -> bool:
        """Does the viewer hold one of the roles (or `role@kind`) for the organisation of that path?"""
        wanted = frozenset(roles)
        return any(grant.is_one_of(wanted) and grant.covers(path) for grant in self.grants)

    def sees(self, path: str) -> bool:
        """Does any grant reach the organisation of that path?"""
        return any(grant.covers(path) for grant in self.grants)

    @property
    def paths(self) -> list[str]:
        """The organisations that the viewer reaches, as LIKE patterns."""
        return sorted({f"{grant.path}%" for grant in self.grants})

    def paths_of(self, *roles: str) -> list[str]:
        """The organisations that the viewer reaches by one of the roles, as LIKE patterns."""
        return sorted({f"{grant.path}%" for grant in self.grants if grant.role in roles})

    @property
    def person_ids(self) -> list[int]:
        """The viewer, and those in whose stead they act: whose parts in cases are theirs to play."""
        own = [] if self.person_id is None else [self.person_id]
        return own + [absent.id for absent in self.acts_for]

    def as_oneself(self) -> "Viewer":
        """The viewer without what they hold as a deputy."""
        own = tuple(grant for grant in self.grants if grant.for_person is None)
        return replace(self, grants=own, acts_for=())

    def standing_in(self, absent: Absent) -> "Viewer":
        """The viewer with nothing but what they hold as the deputy of that person."""
        theirs = tuple(grant for grant in self.grants if grant.for_person == absent.id)
        return replace(self, person_id=absent.id, grants=theirs, acts_for=())


def person_query(whose: str, at: str) -> str:
    """The person named by the statement `whose` (which gives a `person_id`), with what they hold at the place `at`.

    `whose` goes first in a WITH RECURSIVE, under the name `who`, so that its other columns can be had as well.
    """
    # The person, then everybody away whose deputy somebody of these is: as far as `present_for` goes the other way.
    return f"""
WITH RECURSIVE who AS ({whose}), stands_for AS (
  SELECT person_id, ARRAY[person_id] AS chain FROM who
  UNION ALL
  SELECT a.person_id, s.chain || a.person_id FROM stands_for s
    JOIN absence a ON a.deputy_id = s.person_id AND a.ended_at IS NULL AND a.starts_at <= {at} AND a.ends_at > {at}
    JOIN person away ON away.id = a.person_id AND away.active
   WHERE cardinality(s.chain) <= 3 AND a.person_id <> ALL(s.chain))
SELECT who.*, p.id, p.name, p.language, p.organisation_id,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('role', post.role, 'id', o.id, 'path', o.path, 'kind', o.kind,
                                                     'for', nullif(post.person_id, p.id))), '[]')
          FROM post JOIN organisation o ON o.id = post.organisation_id
         WHERE post.person_id IN (SELECT person_id FROM stands_for)
           AND post.starts_at <= {at} AND (post.ends_at IS NULL OR post.ends_at > {at})) AS grants,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', away.id, 'name', away.name)), '[]')
          FROM person away WHERE away.id <> p.id AND away.id IN (SELECT person_id FROM stands_for)) AS acts_for
  FROM who JOIN person p ON p.id = who.person_id AND p.active
"""


PERSON = person_query("SELECT $1::bigint AS person_id", "$2")

# A provider may spell a name in another case than the administrator did; the exact spelling comes first.
PERSON_AT = """
SELECT person_id FROM contact_point
 WHERE account_id = $1 AND (address = $2 OR lower(address) = lower($2)) AND ended_at IS NULL
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
    """Build a viewer from a row of `person_query`."""
    return Viewer(
        name=row["name"],
        person_id=row["id"],
        language=row["language"],
        organisation_id=row["organisation_id"],
        grants=tuple(Grant(g["role"], g["id"], g["path"], g["for"], g["kind"]) for g in row["grants"]),
        acts_for=tuple(Absent(**absent) for absent in row["acts_for"]),
    )
