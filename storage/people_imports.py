"""People as an import of a spreadsheet looks at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class KnownPerson:
    """Somebody who is there already. `held`: role and name of the organisation (small letters) of each present post.

    `addresses`: kind of channel and address of each way that counts.
    """

    id: int
    version: int
    organisation_id: int
    organisation_name: str
    name: str
    title: str
    username: str | None
    staff_number: str | None
    phone: str
    language: str | None
    held: Sequence[tuple[str, str]]
    post_ids: Sequence[int]
    addresses: Sequence[tuple[str, str]]
    way_ids: Sequence[int]


KNOWN = """
SELECT p.id, p.version, p.organisation_id, o.name AS organisation_name, p.name, p.title, p.username, p.staff_number,
       p.phone, p.language,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(post.role, lower(at.name))), '[]')
          FROM post JOIN organisation at ON at.id = post.organisation_id
         WHERE post.person_id = p.id AND (post.ends_at IS NULL OR post.ends_at > $2)) AS held,
       (SELECT coalesce(jsonb_agg(post.id), '[]') FROM post WHERE post.person_id = p.id) AS post_ids,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(a.kind, cp.address) ORDER BY cp.rank), '[]')
          FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id
         WHERE cp.person_id = p.id AND cp.ended_at IS NULL) AS addresses,
       (SELECT coalesce(jsonb_agg(cp.id), '[]') FROM contact_point cp
         WHERE cp.person_id = p.id AND cp.ended_at IS NULL) AS way_ids
  FROM person p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.active AND starts_with(o.path, $1) ORDER BY p.id
"""
DELETE = (
    "DELETE FROM contact_point WHERE person_id = $1",
    "DELETE FROM post WHERE person_id = $1",
    "DELETE FROM person WHERE id = $1",
)


async def known(connection: Connection, path: str, now: datetime) -> list[KnownPerson]:
    """Everybody active at the organisation of that path and below it. `now` is business time."""
    rows = [dict(row) for row in await connection.fetch(KNOWN, path, now)]
    for row in rows:
        row["held"] = [(role, place) for role, place in row["held"]]
        row["addresses"] = [(kind, address) for kind, address in row["addresses"]]
    return [KnownPerson(**row) for row in rows]


async def delete(connection: Connection, person_id: int) -> None:
    """Delete somebody to whom nothing points but their own posts and ways; asyncpg's errors say what does."""
    for statement in DELETE:
        await connection.execute(statement, person_id)
