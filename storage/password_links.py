"""Passwords as rows: the hash that is kept, and one-time links with which somebody sets a new one.

Of a link only a hash is kept. All times are real time, handed in by the caller.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, Database


@dataclass(frozen=True)
class Credentials:
    """Who has which password, and the words that others would try first."""

    person_id: int
    name: str
    username: str | None
    password_hash: str | None
    organisation_id: int
    organisation: str
    path: str

    @property
    def words(self) -> tuple[str, ...]:
        """Names that make a password easy to guess."""
        return (self.name, self.username or "", self.organisation, "yishe", "医设")


CREDENTIALS = """
SELECT p.id AS person_id, p.name, p.username, p.password_hash, p.organisation_id, o.name AS organisation, o.path
  FROM person p JOIN organisation o ON o.id = p.organisation_id
"""
HOLDER = f"""{CREDENTIALS} JOIN password_link l ON l.person_id = p.id
 WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND p.active AND p.username IS NOT NULL
"""
SET = """
UPDATE person SET password_hash = $2, password_changed_at = $3, must_change_password = false
 WHERE id = $1 AND active AND password_hash IS NOT DISTINCT FROM $4 RETURNING id
"""


async def credentials(db: Database, person_id: int) -> Credentials | None:
    """The active person's credentials."""
    row = await db.fetchrow(f"{CREDENTIALS} WHERE p.id = $1 AND p.active", person_id)
    return Credentials(**dict(row)) if row else None


async def set_hash(
    connection: Connection, person_id: int, new: str, now: datetime, former: str | None
) -> bool:
    """Keep a new password in place of the `former` one; False when that is not the present one any more."""
    return await connection.fetchval(SET, person_id, new, now, former) is not None


async def end_password(connection: Connection, person_id: int) -> None:
    """The present password does not hold any more."""
    await connection.execute("UPDATE person SET password_hash = NULL WHERE id = $1", person_id)


async def issue(
    connection: Connection,
    token: str,
    person_id: int,
    issued_by: int | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a new link; the person's former ones end."""
    await void(connection, person_id)
    await connection.execute(
        "INSERT INTO password_link (token_hash, person_id, issued_by_id, issued_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5)",
        hashed(token),
        person_id,
        issued_by,
        now,
        expires_at,
    )


async def void(connection: Connection, person_id: int) -> int:
    """End the person's links that were not used; how many."""
    rows = await connection.fetch(
        "DELETE FROM password_link WHERE person_id = $1 AND used_at IS NULL RETURNING 1", person_id
    )
    return len(rows)


async def holder(db: Database, token: str, now: datetime) -> Credentials | None:
    """Whose password the link sets; None for a link that is wrong, used or too old."""
    row = await db.fetchrow(HOLDER, hashed(token), now)
    return Credentials(**dict(row)) if row else None


async def use(connection: Connection, token: str, now: datetime) -> bool:
    """Use the link up; False when somebody was faster."""
    used = await connection.fetchval(
        "UPDATE password_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 "
        "RETURNING person_id",
        hashed(token),
        now,
    )
    return used is not None


def hashed(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
