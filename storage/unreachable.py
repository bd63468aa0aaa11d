"""People whom nothing reaches although somebody counts on them, and the notice of it. Real times but for posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection
from storage.reach import LATELY, holds_now, is_reachable

# Promises are timers of open cases below the post: each of those cases is asked once, and names who is above it.
UNREACHABLE = f"""
WITH promised AS MATERIALIZED (
  SELECT DISTINCT c.organisation_id FROM work_case c
   WHERE c.closed_at IS NULL AND EXISTS (SELECT FROM timer t WHERE t.case_id = c.id AND t.fired_at IS NULL)),
counting AS MATERIALIZED (
  SELECT DISTINCT unnest(string_to_array(rtrim(o.path, '.'), '.')::bigint[]) AS id
    FROM promised JOIN organisation o ON o.id = promised.organisation_id)
SELECT p.id AS person_id, p.name, o.name AS organisation, o.path
  FROM person p JOIN post ON post.person_id = p.id AND post.role = ANY($1) AND {holds_now("post", "$2")}
  JOIN organisation o ON o.id = post.organisation_id
 WHERE p.active
   AND post.organisation_id IN (SELECT id FROM counting)
   AND NOT {is_reachable("p.id", "$3")}
 ORDER BY o.path, p.name, p.id
"""
# Hospitals where nobody at, above or below them holds a role and can be reached.
UNFILLED = f"""
SELECT o.name AS organisation, wanted.role FROM organisation o CROSS JOIN unnest($1::text[]) AS wanted(role)
 WHERE o.kind = 'hospital' AND NOT EXISTS (
   SELECT 1 FROM post JOIN organisation at ON at.id = post.organisation_id
    WHERE post.role = wanted.role AND (starts_with(o.path, at.path) OR starts_with(at.path, o.path))
      AND {holds_now("post", "$2")} AND {is_reachable("post.person_id", "$3")})
 ORDER BY o.name, wanted.role
"""
# Places where somebody is there for a role, and nobody there whom anything reaches: of those away it is their deputy.
MUTE_POSTS = f"""
SELECT o.id AS organisation_id, o.name AS organisation, o.path, held.role,
       array_agg(DISTINCT p.name ORDER BY p.name) AS names
  FROM (SELECT post.role, post.organisation_id, coalesce(present_for(post.person_id, $2), post.person_id) AS person_id
          FROM post JOIN person holder ON holder.id = post.person_id AND holder.active
          JOIN organisation place ON place.id = post.organisation_id AND starts_with(place.path, $4)
         WHERE post.role = ANY($1) AND {holds_now("post", "$2")}) held
  JOIN organisation o ON o.id = held.organisation_id JOIN person p ON p.id = held.person_id
 GROUP BY o.id, held.role HAVING NOT bool_or({is_reachable("held.person_id", "$3")})
 ORDER BY o.path, held.role LIMIT $5
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('notice of unreachable people', 0))"
TELL = """
INSERT INTO message (created_at, case_version, kind, severity, person_id, organisation_id, lane, variables, next_at)
SELECT $1, 0, $2::varchar, $3::varchar, p.id, p.organisation_id, 'unreachable/' || p.id, $5::jsonb, $1
  FROM person p WHERE p.id = $4
   AND NOT EXISTS (SELECT FROM message WHERE person_id = $4 AND kind = $2::varchar AND created_at >= $6)
RETURNING id
"""


@dataclass(frozen=True)
class Unreached:
    """Somebody whom nothing reaches, with a post of theirs."""

    person_id: int
    name: str
    organisation: str
    path: str


@dataclass(frozen=True)
class Notice:
    """What is told, at most once since `not_since`."""

    kind: str
    severity: str
    person_id: int
    variables: dict[str, object]
    not_since: datetime


@dataclass(frozen=True)
class MutePost:
    """A role at a place that is held by people whom nothing reaches, by name."""

    organisation_id: int
    organisation: str
    path: str
    role: str
    names: Sequence[str]


async def unreachable(
    connection: Connection, roles: Sequence[str], at: datetime, real: datetime
) -> list[Unreached]:
    """Holders of the roles at `at` (business time) on whom open cases count, without any way that works."""
    rows = await connection.fetch(UNREACHABLE, list(roles), at, real - LATELY)
    return [Unreached(**dict(row)) for row in rows]


async def unfilled(
    connection: Connection, roles: Sequence[str], at: datetime, real: datetime
) -> list[tuple[str, str]]:
    """Hospitals, by name, and roles that nobody holds there whom anything reaches."""
    return [tuple(row) for row in await connection.fetch(UNFILLED, list(roles), at, real - LATELY)]


async def mute_posts(
    connection: Connection,
    roles: Sequence[str],
    at: datetime,
    real: datetime,
    below: str = "",
    most: int = 1000,
) -> list[MutePost]:
    """Places at and below that path where nothing reaches whoever is there for a role; no more than `most`."""
    rows = await connection.fetch(MUTE_POSTS, list(roles), at, real - LATELY, below, most)
    return [MutePost(**dict(row)) for row in rows]


async def names(connection: Connection, person_ids: Sequence[int]) -> list[str]:
    """The names of these people."""
    rows = await connection.fetch(
        "SELECT name FROM person WHERE id = ANY($1) ORDER BY name, id", list(person_ids)
    )
    return [row["name"] for row in rows]


async def one_at_a_time(tx: Connection) -> None:
    """Let no other process tell at the same time; until the transaction ends."""
    await tx.execute(ONE_AT_A_TIME)


async def tell(tx: Connection, notice: Notice, now: datetime) -> bool:
    """Tell somebody; False when they were told already."""
    given = (notice.kind, notice.severity, notice.person_id, notice.variables, notice.not_since)
    if await tx.fetchval(TELL, now, *given) is None:
        return False
    await tx.execute("SELECT pg_notify('outbox', '')")
    return True
