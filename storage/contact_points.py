"""Ways to reach a person: at which account, under which address, in which order. Ended ones are kept for the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class WayRow:
    """A way that counts, with its account's kind."""

    id: int
    person_id: int
    account_id: int
    kind: str
    address: str
    rank: int


@dataclass(frozen=True)
class AccountChoice:
    """The account of a kind that holds at an organisation. `depth` grows towards the organisation itself."""

    id: int
    kind: str
    name: str
    depth: int


WAYS = """
SELECT cp.id, cp.person_id, cp.account_id, a.kind, cp.address, cp.rank
  FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id
"""
NEAREST = """
SELECT DISTINCT ON (a.kind) a.id, a.kind, a.name, length(o.path) AS depth
  FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
 WHERE a.active AND starts_with($1, o.path)
 ORDER BY a.kind, length(o.path) DESC, a.id
"""
# An address that nobody has any more goes to whoever gets it now: account and address are one row.
PUT = """
INSERT INTO contact_point (person_id, account_id, address, rank)
SELECT $1, $2, $3, coalesce(max(rank), 0) + 1 FROM contact_point WHERE person_id = $1 AND ended_at IS NULL
    ON CONFLICT (account_id, address) DO UPDATE
   SET person_id = excluded.person_id, rank = excluded.rank, ended_at = NULL, refused_at = NULL
 WHERE contact_point.ended_at IS NOT NULL
RETURNING id
"""
OCCUPIED = """
SELECT person_id FROM contact_point
 WHERE account_id = $1 AND lower(address) = lower($2) AND ended_at IS NULL AND id IS DISTINCT FROM $3 LIMIT 1
"""
ORDER = """
UPDATE contact_point cp SET rank = place.rank
  FROM unnest($1::bigint[]) WITH ORDINALITY AS place(id, rank) WHERE cp.id = place.id
"""


async def ways(connection: Connection, person_id: int) -> list[WayRow]:
    """The ways to a person that count, the first one first. The person should be locked."""
    rows = await connection.fetch(
        f"{WAYS} WHERE cp.person_id = $1 AND cp.ended_at IS NULL ORDER BY cp.rank, cp.id", person_id
    )
    return [WayRow(**dict(row)) for row in rows]


async def accounts_for(connection: Connection, path: str) -> list[AccountChoice]:
    """Of each kind the account that holds at the organisation of that path: the nearest one upward."""
    return [AccountChoice(**dict(row)) for row in await connection.fetch(NEAREST, path)]


async def occupied_by(
    connection: Connection, account_id: int, address: str, but: int | None = None
) -> int | None:
    """Who is reached under that address at the account, in any case of its letters?"""
    person_id: int | None = await connection.fetchval(OCCUPIED, account_id, address, but)
    return person_id


async def put(connection: Connection, person_id: int, account_id: int, address: str) -> int | None:
    """Add a way after the person's others; its id, or None where somebody has that address."""
    way_id: int | None = await connection.fetchval(PUT, person_id, account_id, address)
    return way_id


async def end(connection: Connection, way_id: int, at: datetime) -> None:
    """Nothing is sent there any more (real time)."""
    await connection.execute("UPDATE contact_point SET ended_at = $2 WHERE id = $1", way_id, at)


async def put_in_order(connection: Connection, way_ids: Sequence[int]) -> None:
    """The order in which the ways are tried."""
    await connection.execute(ORDER, list(way_ids))
