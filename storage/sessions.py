"""Signing in, as rows: tries that count towards a lock, and sessions of which only a hash is kept.

All times are real time, handed in by the caller.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Database

CLIENT_CHARS = 200


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in. `locked_until` is the lock that held before this try, if any."""

    person_id: int
    password_hash: str
    locked_until: datetime | None


@dataclass(frozen=True)
class SessionRow:
    """A live session."""

    person_id: int
    created_at: datetime
    seen_at: datetime


# The try is counted before the password is looked at, so that a burst of guesses cannot outrun the count.
# A lock that has ended begins a new count. While one holds, nothing is counted: it ends when it was said to.
COUNT_TRY = """
WITH found AS (SELECT id, failed_sign_ins, locked_until FROM person
                WHERE username = $1 AND active AND password_hash IS NOT NULL FOR UPDATE),
counted AS (
  SELECT id, locked_until > $2 AS locked,
         CASE WHEN locked_until <= $2 THEN 1 ELSE failed_sign_ins + 1 END AS tries
    FROM found)
UPDATE person p
   SET failed_sign_ins = CASE WHEN c.locked THEN p.failed_sign_ins ELSE c.tries END,
       locked_until = CASE WHEN c.locked THEN p.locked_until WHEN c.tries >= $3 THEN $2 + $4::interval END
  FROM counted c, found f WHERE p.id = c.id AND f.id = c.id
RETURNING p.id AS person_id, p.password_hash, CASE WHEN c.locked THEN f.locked_until END AS locked_until
"""
LIVE = """
SELECT s.person_id, s.created_at, s.seen_at
  FROM web_session s JOIN person p ON p.id = s.person_id AND p.active
 WHERE s.id = $1 AND s.ended_at IS NULL AND s.created_at > $2 AND s.seen_at > $3
"""


async def count_try(db: Database, username: str, at: datetime, tries: int, lock: timedelta) -> Account | None:
    """Count one try against an account, the last of `tries` locks it for `lock`; None if unknown."""
    row = await db.fetchrow(COUNT_TRY, username, at, tries, lock)
    return Account(**dict(row)) if row else None


async def clear_tries(db: Database, person_id: int) -> None:
    """The password was right: forget the tries and the lock that this one may have set."""
    await db.execute("UPDATE person SET failed_sign_ins = 0, locked_until = NULL WHERE id = $1", person_id)


async def change_hash(db: Database, person_id: int, old: str, new: str) -> None:
    """Keep a password under new hash parameters, unless it was changed meanwhile."""
    await db.execute(
        "UPDATE person SET password_hash = $3 WHERE id = $1 AND password_hash = $2", person_id, old, new
    )


async def begin(db: Database, session_id: str, person_id: int, at: datetime, client: str) -> None:
    """Keep a new session. `client` says what the browser calls itself."""
    await db.execute(
        "INSERT INTO web_session (id, person_id, created_at, seen_at, client) VALUES ($1, $2, $3, $3, $4)",
        session_id,
        person_id,
        at,
        _storable(client)[:CLIENT_CHARS],
    )


async def live(
    db: Database, session_id: str, begun_after: datetime, seen_after: datetime
) -> SessionRow | None:
    """The session if it is not ended, young enough, and its person still active."""
    row = await db.fetchrow(LIVE, session_id, begun_after, seen_after)
    return SessionRow(**dict(row)) if row else None


async def touch(db: Database, session_id: str, at: datetime) -> None:
    """Note that the session was used."""
    await db.execute("UPDATE web_session SET seen_at = greatest(seen_at, $2) WHERE id = $1", session_id, at)


async def end(db: Database, session_id: str, at: datetime) -> None:
    """End the session for good."""
    await db.execute(
        "UPDATE web_session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", session_id, at
    )


def _storable(text: str) -> str:
    """Without what PostgreSQL's texts cannot hold and a forged header can: NUL and lone surrogates."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")
