"""A person's account as whoever writes on it needs it: locked to the end of the transaction."""

from dataclasses import dataclass

from storage.database import Connection


@dataclass(frozen=True)
class PersonRow:
    """A person and where they belong."""

    id: int
    name: str
    username: str | None
    organisation_id: int
    organisation: str
    path: str
    active: bool
    version: int


# Not a full lock: cases that name the person go on meanwhile, and so no two wait for each other.
LOCK = """
SELECT p.id, p.name, p.username, p.organisation_id, o.name AS organisation, o.path, p.active, p.version
  FROM person p JOIN organisation o ON o.id = p.organisation_id WHERE p.id = $1 FOR NO KEY UPDATE OF p
"""


async def lock(connection: Connection, person_id: int) -> PersonRow | None:
    """The person, locked to the end of the transaction, or None."""
    row = await connection.fetchrow(LOCK, person_id)
    return PersonRow(**dict(row)) if row else None
