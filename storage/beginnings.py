"""The first rows of an empty installation: an organisation and somebody who administers it."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection

BEGINNING = 7_201_300_003


@dataclass(frozen=True)
class First:
    """Who begins, and where. `role` is the one that administers."""

    organisation_kind: str
    organisation: str
    name: str
    username: str
    role: str


ORGANISATION = """
WITH new AS (SELECT nextval(pg_get_serial_sequence('organisation', 'id')) AS id)
INSERT INTO organisation (id, kind, name, path) SELECT new.id, $1, $2, new.id || '.' FROM new RETURNING id
"""
PERSON = """
INSERT INTO person (organisation_id, name, title, username, active, failed_sign_ins)
VALUES ($1, $2, '', $3, true, 0) RETURNING id
"""
POST = "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)"


async def is_empty(connection: Connection) -> bool:
    """Is there nobody yet? Whoever asks is the only one to begin until the end of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", BEGINNING)
    somebody: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM person)")
    return not somebody


async def begin(connection: Connection, first: First, at: datetime) -> int:
    """Make the organisation and its administrator, from `at` on (business time); the person's id."""
    organisation = await connection.fetchval(ORGANISATION, first.organisation_kind, first.organisation)
    person: int = await connection.fetchval(PERSON, organisation, first.name, first.username)
    await connection.execute(POST, person, organisation, first.role, at)
    return person


async def person_named(connection: Connection, username: str) -> int | None:
    """The active person with that user name."""
    person: int | None = await connection.fetchval(
        "SELECT id FROM person WHERE username = $1 AND active", username
    )
    return person
