"""One-time codes with which a person links a chat account, and what a link is: a contact point.

A code holds ten minutes and once. Of it only a keyed hash is kept, in which the account stands too, so that a
code counts nowhere but at the account that it was made for. Who was linked or unlinked, and when, stands in
the audit rows, since whoever holds the chat acts in the person's name.
All times are real time, handed in by the caller.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import audit
from storage.audit import AuditRow
from storage.database import Connection, Database

# No letters or digits that look alike: these are read from one screen and typed into another.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 10
HOLDS = timedelta(minutes=10)
MOST_TYPED = 64


@dataclass(frozen=True)
class LinkAccount:
    """The account of a kind that is nearest to a person. `handle` is its name at the provider (a bot's)."""

    id: int
    name: str
    handle: str


@dataclass(frozen=True)
class LinkState:
    """How a person is linked: `place` is 1 where messages go there first, of `ways` in all."""

    place: int
    ways: int


@dataclass(frozen=True)
class Linked:
    """Whom a code has linked."""

    person_id: int
    name: str
    language: str | None


@dataclass(frozen=True)
class Asked:
    """When somebody asked for it (real time), through which door, from which network address or provider."""

    at: datetime
    door: str
    client: str = ""


class LinkCodes:
    """Makes codes and their hashes. `key` is the same in all processes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self) -> str:
        """A code: about 49 random bits."""
        return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

    def fingerprint(self, account_id: int, typed: str) -> str | None:
        """What is kept of a code, however it was typed; None for what cannot be one."""
        code = "".join(typed[:MOST_TYPED].upper().replace("-", "").split())
        if len(code) != LENGTH or not set(ALPHABET).issuperset(code):
            return None
        return hmac.digest(self._key, f"{account_id}/{code}".encode(), "sha256").hex()


ACCOUNT = """
SELECT a.id, a.name, coalesce(a.settings->>'bot_username', '') AS handle
  FROM channel_account a JOIN organisation ao ON ao.id = a.organisation_id
  JOIN person p ON p.id = $2 AND p.active JOIN organisation po ON po.id = p.organisation_id
 WHERE a.kind = $1 AND a.active AND starts_with(po.path, ao.path)
 ORDER BY length(ao.path) DESC, a.id LIMIT 1
"""
STATE = """
SELECT place, ways FROM (
  SELECT account_id, row_number() OVER (ORDER BY rank, id) AS place, count(*) OVER () AS ways
    FROM contact_point WHERE person_id = $1 AND ended_at IS NULL) mine
 WHERE account_id = $2 ORDER BY place LIMIT 1
"""
# The person must still be there, and below the organisation to which the account belongs.
REDEEM = """
UPDATE link_code l SET used_at = $2
  FROM person p, organisation po, channel_account a, organisation ao
 WHERE l.code_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2
   AND p.id = l.person_id AND p.active AND po.id = p.organisation_id
   AND a.id = $3 AND a.active AND a.kind = l.kind AND ao.id = a.organisation_id AND starts_with(po.path, ao.path)
RETURNING p.id AS person_id, p.name, p.language
"""
# The same message may come twice; the second time its code was used, by this very chat.
REDEEMED_HERE = """
SELECT p.id AS person_id, p.name, p.language
  FROM link_code l JOIN person p ON p.id = l.person_id AND p.active
  JOIN contact_point cp ON cp.person_id = p.id AND cp.account_id = $2 AND cp.address = $3
       AND cp.ended_at IS NULL
 WHERE l.code_hash = $1 AND l.used_at IS NOT NULL AND l.expires_at > $4
"""
ADD = """
INSERT INTO contact_point (person_id, account_id, address, rank)
SELECT $1, $2, $3, coalesce(max(rank), 0) + 1 FROM contact_point WHERE person_id = $1
"""
FIRST = """
UPDATE contact_point SET rank = (SELECT min(rank) - 1 FROM contact_point WHERE person_id = $1)
 WHERE person_id = $1 AND account_id = $2
"""


async def account_for(db: Database, kind: str, person_id: int) -> LinkAccount | None:
    """The account of that kind which holds for the person: their organisation's, else the next one upward."""
    row = await db.fetchrow(ACCOUNT, kind, person_id)
    return LinkAccount(**dict(row)) if row else None


async def state(db: Database, person_id: int, account_id: int) -> LinkState | None:
    """How the person is linked to the account, or None."""
    row = await db.fetchrow(STATE, person_id, account_id)
    return LinkState(**dict(row)) if row else None


async def issue(
    db: Database, codes: LinkCodes, kind: str, account_id: int, person_id: int, asked: Asked
) -> str:
    """A new code for the person; their former one ends."""
    code = codes.new()
    async with db.transaction() as tx:
        await tx.execute(
            "DELETE FROM link_code WHERE person_id = $1 AND kind = $2 AND used_at IS NULL", person_id, kind
        )
        await tx.execute(
            "INSERT INTO link_code (code_hash, person_id, kind, expires_at) VALUES ($1, $2, $3, $4)",
            codes.fingerprint(account_id, code),
            person_id,
            kind,
            asked.at + HOLDS,
        )
        await _note(tx, person_id, "link_code.issue", account_id, asked)
    return code


async def redeem(
    db: Database, fingerprint: str, account_id: int, address: str, asked: Asked
) -> Linked | None:
    """Link the address to whoever was given the code; None for a code that is wrong, too old or used.

    The person's former address at the account is replaced, and the address leaves whoever had it.
    """
    async with db.transaction() as tx:
        row = await tx.fetchrow(REDEEM, fingerprint, asked.at, account_id)
        if row is None:
            row = await tx.fetchrow(REDEEMED_HERE, fingerprint, account_id, address, asked.at)
            return Linked(**dict(row)) if row else None
        linked = Linked(**dict(row))
        await _move_in(tx, linked.person_id, account_id, address)
        await _note(tx, linked.person_id, "chat.link", account_id, asked, {"address": address})
        return linked


async def unlink(db: Database, person_id: int, account_id: int, asked: Asked) -> None:
    """The person is not reached, and not known, at the account any more."""
    async with db.transaction() as tx:
        await _remove(tx, "person_id = $1 AND account_id = $2", person_id, account_id)
        await _note(tx, person_id, "chat.unlink", account_id, asked)


async def put_first(db: Database, person_id: int, account_id: int, asked: Asked) -> None:
    """From now on the person is told there before all other ways."""
    async with db.transaction() as tx:
        await tx.execute(FIRST, person_id, account_id)
        await _note(tx, person_id, "chat.first", account_id, asked)


async def _move_in(tx: Connection, person_id: int, account_id: int, address: str) -> None:
    stands_in_the_way = "(address = $2 AND person_id <> $3) OR (person_id = $3 AND ended_at IS NOT NULL)"
    await _remove(tx, f"account_id = $1 AND ({stands_in_the_way})", account_id, address, person_id)
    moved = await tx.execute(
        "UPDATE contact_point SET address = $3, refused_at = NULL WHERE person_id = $1 AND account_id = $2",
        person_id,
        account_id,
        address,
    )
    if moved == "UPDATE 0":
        await tx.execute(ADD, person_id, account_id, address)


async def _remove(tx: Connection, which: str, *values: object) -> None:
    """Remove contact points; the ledger keeps their addresses."""
    rows = await tx.fetch(f"SELECT id FROM contact_point WHERE {which} FOR UPDATE", *values)
    ids = [row["id"] for row in rows]
    if ids:
        await tx.execute("UPDATE delivery SET contact_point_id = NULL WHERE contact_point_id = ANY($1)", ids)
        await tx.execute("DELETE FROM contact_point WHERE id = ANY($1)", ids)


NOTED = "SELECT p.name, a.name AS account FROM person p, channel_account a WHERE p.id = $1 AND a.id = $2"


async def _note(
    tx: Connection,
    person_id: int,
    action: str,
    account_id: int,
    asked: Asked,
    more: Mapping[str, str] | None = None,
) -> None:
    names = await tx.fetchrow(NOTED, person_id, account_id)
    row = AuditRow(
        asked.at,
        person_id,
        None,
        asked.door,
        asked.client,
        action,
        subject=names["name"] if names else "",
        subject_kind="person",
        subject_id=person_id,
        after={"channel_account": names["account"] if names else account_id, **(more or {})},
    )
    await audit.append(tx, row)
