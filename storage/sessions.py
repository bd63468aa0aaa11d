"""Signing in, as rows: accounts with their password's hash, and sessions of which only a hash is kept.

All times are real time, handed in by the caller, save the one at which grants hold.
"""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, Database
from storage.directory import Viewer, person_query, viewer_from

CLIENT_CHARS = 200
ADDRESS_CHARS = 64


@dataclass(frozen=True)
class SignInAccount:
    """Somebody who can sign in, with where they belong."""

    person_id: int
    name: str
    organisation_id: int
    path: str
    password_hash: str
    password_changed_at: datetime | None
    must_change_password: bool


@dataclass(frozen=True)
class NewSession:
    """A session to keep: `client` is what the browser calls itself, `address` where it is, `way` how one signed in."""

    id: str
    person_id: int
    at: datetime
    client: str
    address: str
    way: str


@dataclass(frozen=True)
class SessionRow:
    """A live session of an active person. `must_change`: before anything else they have to set a new password."""

    viewer: Viewer
    seen_at: datetime
    must_change: bool


ACCOUNT = """
SELECT p.id AS person_id, p.name, p.organisation_id, o.path, p.password_hash, p.password_changed_at,
       p.must_change_password
  FROM person p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.username = $1 AND p.active AND p.password_hash IS NOT NULL
"""
BEGIN = """
INSERT INTO web_session (id, person_id, created_at, seen_at, client, address, way)
SELECT $1, p.id, $3, $3, $4, $5, $6 FROM person p WHERE p.id = $2 AND p.active RETURNING id
"""
LIVE = person_query(
    """
    SELECT s.person_id, s.seen_at, s.way = 'password' AND p.must_change_password AS must_change
      FROM web_session s JOIN person p ON p.id = s.person_id
     WHERE s.id = $1 AND s.ended_at IS NULL AND s.created_at > $2 AND s.seen_at > $3
    """,
    "$4",
)
END = """
UPDATE web_session SET ended_at = $2
 WHERE person_id = $1 AND ended_at IS NULL AND starts_with(id, $3) AND id <> $4 RETURNING id
"""


async def account(db: Database, username: str) -> SignInAccount | None:
    """The active person with that user name and a password."""
    row = await db.fetchrow(ACCOUNT, username)
    return SignInAccount(**dict(row)) if row else None


async def change_hash(db: Database, person_id: int, old: str, new: str) -> None:
    """Keep a password under new hash parameters, unless it was changed meanwhile."""
    await db.execute(
        "UPDATE person SET password_hash = $3 WHERE id = $1 AND password_hash = $2", person_id, old, new
    )


async def begin(connection: Connection, new: NewSession) -> bool:
    """Keep a new session; False when the person is not active any more."""
    client, address = _storable(new.client)[:CLIENT_CHARS], _storable(new.address)[:ADDRESS_CHARS]
    made = await connection.fetchval(BEGIN, new.id, new.person_id, new.at, client, address, new.way)
    return made is not None


async def live(
    db: Database, session_id: str, begun_after: datetime, seen_after: datetime, at: datetime
) -> SessionRow | None:
    """The session if it is not ended, young enough, and its person still active; their grants at business time `at`."""
    row = await db.fetchrow(LIVE, session_id, begun_after, seen_after, at)
    return SessionRow(viewer_from(row), row["seen_at"], row["must_change"]) if row else None


async def touch(db: Database, session_id: str, at: datetime) -> None:
    """Note that the session was used."""
    await db.execute("UPDATE web_session SET seen_at = greatest(seen_at, $2) WHERE id = $1", session_id, at)


@dataclass(frozen=True)
class Ended:
    """Whose session has ended, and how it had begun."""

    person_id: int
    name: str
    organisation_id: int
    way: str


END_ONE = """
UPDATE web_session w SET ended_at = $2 FROM person p
 WHERE w.id = $1 AND w.ended_at IS NULL AND p.id = w.person_id
RETURNING p.id AS person_id, p.name, p.organisation_id, w.way
"""


async def end(connection: Connection, session_id: str, at: datetime) -> Ended | None:
    """End the session for good; None when it has ended already."""
    row = await connection.fetchrow(END_ONE, session_id, at)
    return Ended(**dict(row)) if row else None


async def end_those(
    connection: Connection, person_id: int, at: datetime, *, named: str = "", but: str = ""
) -> int:
    """End sessions of a person: all, the one whose id begins with `named`, or all `but` that id; how many."""
    return len(await connection.fetch(END, person_id, at, named, but))


def _storable(text: str) -> str:
    """Without what PostgreSQL's texts cannot hold and a forged header can: NUL and lone surrogates."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")
