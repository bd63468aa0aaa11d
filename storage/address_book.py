"""An address book that a channel account can be asked for, and whom that account knows here already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.database import Connection, Database


@dataclass(frozen=True)
class Member:
    """Somebody in the address book. `name` is empty where the account may see ids alone."""

    user_id: str
    name: str


@dataclass(frozen=True)
class Book:
    """Everybody whom the account sees, each once. `ids_only`: names are withheld from it."""

    members: tuple[Member, ...]
    ids_only: bool


@dataclass(frozen=True)
class BookAccount:
    """The account whose address book it is, and the organisation that it belongs to."""

    id: int
    name: str
    organisation_id: int
    organisation: str
    path: str


@dataclass(frozen=True)
class KnownPerson:
    """Somebody below the account's organisation; `user_id` is how the account knows them, if it does.

    `beyond`: they hold, or held, a role where whoever looks administers nothing.
    """

    id: int
    name: str
    user_id: str | None
    beyond: bool = False


ACCOUNT = """
SELECT a.id, a.name, a.organisation_id, o.name AS organisation, o.path
  FROM channel_account a JOIN organisation o ON o.id = a.organisation_id WHERE a.kind = 'wecom' AND a.active
"""
KNOWN = """
SELECT p.id, p.name, cp.address AS user_id,
       EXISTS (SELECT FROM post JOIN organisation place ON place.id = post.organisation_id
                WHERE post.person_id = p.id AND NOT place.path LIKE ANY($3::text[])) AS beyond
  FROM person p JOIN organisation o ON o.id = p.organisation_id
  LEFT JOIN contact_point cp ON cp.person_id = p.id AND cp.account_id = $1 AND cp.ended_at IS NULL
 WHERE p.active AND (cp.id IS NOT NULL OR starts_with(o.path, $2)) ORDER BY p.id
"""


async def account(reader: Connection | Database, account_id: int) -> BookAccount | None:
    """The WeCom account of that id, if it is in use."""
    row = await reader.fetchrow(f"{ACCOUNT} AND a.id = $1", account_id)
    return BookAccount(**_plain(row)) if row else None


async def known(
    reader: Connection | Database, of: BookAccount, administered: Sequence[str]
) -> list[KnownPerson]:
    """Everybody active whom the account knows, or who belongs below its organisation.

    `administered`: where whoever looks is an administrator, as LIKE patterns.
    """
    rows = await reader.fetch(KNOWN, of.id, of.path, list(administered))
    return [KnownPerson(**_plain(row)) for row in rows]


def _plain(row: Any) -> Mapping[str, Any]:
    return dict(row)
