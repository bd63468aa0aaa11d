"""Writes people and their posts."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class PersonRow:
    """Somebody as they stand in the transaction; `path` is that of their organisation."""

    id: int
    organisation_id: int
    path: str
    name: str
    title: str
    username: str | None
    staff_number: str | None
    phone: str
    language: str | None
    active: bool
    version: int


@dataclass(frozen=True)
class PostRow:
    """A post. Business times; `path` is that of its organisation, `is_top`: nothing stands above that."""

    id: int
    person_id: int
    organisation_id: int
    organisation_name: str
    path: str
    role: str
    starts_at: datetime
    ends_at: datetime | None
    is_top: bool


ROW = """
SELECT p.id, p.organisation_id, o.path, p.name, p.title, p.username, p.staff_number, p.phone, p.language, p.active,
       p.version
  FROM person p JOIN organisation o ON o.id = p.organisation_id
"""
ADD = """
INSERT INTO person (organisation_id, name, title, username, staff_number, phone, language, active, failed_sign_ins)
VALUES ($1, $2, $3, $4, $5, $6, $7, true, 0) RETURNING id
"""
CHANGE = """
UPDATE person SET organisation_id = $2, name = $3, title = $4, username = $5, staff_number = $6, phone = $7,
       language = $8, version = version + 1
 WHERE id = $1
"""
CHOOSE_LANGUAGE = """
UPDATE person SET language = $2, version = person.version + 1
  FROM (SELECT id, language FROM person WHERE id = $1) AS before
 WHERE person.id = before.id RETURNING before.language
"""
POST = """
SELECT post.id, post.person_id, post.organisation_id, o.name AS organisation_name, o.path, post.role, post.starts_at,
       post.ends_at, o.parent_id IS NULL AS is_top
  FROM post JOIN organisation o ON o.id = post.organisation_id
"""
# Somebody who has the post now and can still sign in, or could once they are given a password.
OTHER_ADMINISTRATORS = """
SELECT 1 FROM post JOIN person p ON p.id = post.person_id AND p.active
 WHERE post.organisation_id = $1 AND post.role = $2 AND post.person_id <> $3
   AND post.starts_at <= $4 AND (post.ends_at IS NULL OR post.ends_at > $4) LIMIT 1
"""
HELD_ABOVE = """
SELECT EXISTS (SELECT FROM post JOIN person p ON p.id = post.person_id AND p.active
                 JOIN organisation o ON o.id = post.organisation_id
                WHERE post.role = $2 AND starts_with($1, o.path) AND o.path <> $1
                  AND post.starts_at <= $3 AND (post.ends_at IS NULL OR post.ends_at > $3))
"""
# A staff number is the hospital's own: the same may be given elsewhere.
WITH_STAFF_NUMBER = """
SELECT p.id FROM person p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.staff_number = $1 AND starts_with(o.path, $2) AND p.id IS DISTINCT FROM $3 LIMIT 1
"""


async def choose_language(connection: Connection, person_id: int, language: str) -> str | None:
    """The language that somebody reads; the one before."""
    before: str | None = await connection.fetchval(CHOOSE_LANGUAGE, person_id, language)
    return before


async def locked(connection: Connection, person_id: int) -> PersonRow | None:
    """The person, locked until the end of the transaction; cases that name them go on meanwhile."""
    row = await connection.fetchrow(f"{ROW} WHERE p.id = $1 FOR NO KEY UPDATE OF p", person_id)
    return PersonRow(**dict(row)) if row else None


async def add(connection: Connection, new: PersonRow) -> int:
    """Enter somebody; their id is made here. The user name and staff number must be free."""
    person_id: int = await connection.fetchval(ADD, *_values(new))
    return person_id


async def change(connection: Connection, row: PersonRow) -> None:
    """Write what the row says; its version grows. It must be locked."""
    await connection.execute(CHANGE, row.id, *_values(row))


def _values(row: PersonRow) -> tuple[object, ...]:
    return (
        row.organisation_id,
        row.name,
        row.title,
        row.username,
        row.staff_number,
        row.phone,
        row.language,
    )


async def username_taken(connection: Connection, username: str, but: int | None) -> bool:
    """Does somebody else have that user name, in any case of its letters?"""
    found = await connection.fetchval(
        "SELECT 1 FROM person WHERE lower(username) = lower($1) AND id IS DISTINCT FROM $2 LIMIT 1",
        username,
        but,
    )
    return found is not None


async def with_staff_number(connection: Connection, number: str, path: str, but: int | None) -> int | None:
    """Who else has that staff number below that path?"""
    person_id: int | None = await connection.fetchval(WITH_STAFF_NUMBER, number, path, but)
    return person_id


async def has_namesake(connection: Connection, organisation_id: int, name: str, but: int | None) -> bool:
    """Is there somebody else of that name who is active at the organisation?"""
    found = await connection.fetchval(
        "SELECT 1 FROM person WHERE organisation_id = $1 AND name = $2 AND active AND id IS DISTINCT FROM $3 LIMIT 1",
        organisation_id,
        name,
        but,
    )
    return found is not None


async def posts(connection: Connection, person_id: int) -> list[PostRow]:
    """Every post of the person, also those that have ended."""
    return [
        PostRow(**dict(row)) for row in await connection.fetch(f"{POST} WHERE post.person_id = $1", person_id)
    ]


async def post(connection: Connection, post_id: int) -> PostRow | None:
    """One post, locked until the end of the transaction."""
    row = await connection.fetchrow(f"{POST} WHERE post.id = $1 FOR UPDATE OF post", post_id)
    return PostRow(**dict(row)) if row else None


async def add_post(
    connection: Connection,
    person_id: int,
    organisation_id: int,
    role: str,
    period: tuple[datetime, datetime | None],
) -> int:
    """Give a post from and until an instant of business time (None: without end)."""
    post_id: int = await connection.fetchval(
        "INSERT INTO post (person_id, organisation_id, role, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5) "
        "RETURNING id",
        person_id,
        organisation_id,
        role,
        *period,
    )
    return post_id


async def end_post(connection: Connection, row: PostRow, at: datetime) -> datetime:
    """End a post at `at`; one that has not begun ends as it begins. When it ends."""
    ends_at = max(at, row.starts_at)
    await connection.execute("UPDATE post SET ends_at = $2 WHERE id = $1", row.id, ends_at)
    return ends_at


async def others_administer(
    connection: Connection, organisation_id: int, role: str, but: int, at: datetime
) -> bool:
    """Does somebody else hold that role there at `at` (business time)?"""
    return await connection.fetchval(OTHER_ADMINISTRATORS, organisation_id, role, but, at) is not None


async def is_held_above(connection: Connection, path: str, role: str, at: datetime) -> bool:
    """Does anybody hold that role above the organisation of that path at `at` (business time)?"""
    held: bool = await connection.fetchval(HELD_ABOVE, path, role, at)
    return held
