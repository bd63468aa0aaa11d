"""Writes channel accounts in the caller's transaction. Secrets come and go sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.database import Connection


@dataclass(frozen=True)
class AccountRow:
    """An account as it stands in the transaction. `path` is its organisation's."""

    id: int
    organisation_id: int
    kind: str
    name: str
    public_key: str
    settings: Mapping[str, Any]
    sealed: bytes | None = field(repr=False)
    active: bool
    version: int
    path: str


LOCKED = """
SELECT a.id, a.organisation_id, a.kind, a.name, a.public_key, a.settings, a.sealed, a.active, a.version, o.path
  FROM channel_account a JOIN organisation o ON o.id = a.organisation_id WHERE a.id = $1 FOR UPDATE OF a
"""
ADD = """
INSERT INTO channel_account (organisation_id, kind, name, public_key, settings, sealed, active)
VALUES ($1, $2, $3, $4, $5, $6, true) RETURNING id
"""
CHANGE = """
UPDATE channel_account SET name = $2, settings = $3, sealed = $4, active = $5, version = version + 1,
       tested_at = NULL, test_result = '' WHERE id = $1
"""


async def locked(connection: Connection, account_id: int) -> AccountRow | None:
    """The account, locked."""
    row = await connection.fetchrow(LOCKED, account_id)
    return AccountRow(**dict(row)) if row else None


async def add(connection: Connection, row: AccountRow) -> int:
    """Enter a new one; its id."""
    values = (row.organisation_id, row.kind, row.name, row.public_key, dict(row.settings), row.sealed)
    made: int = await connection.fetchval(ADD, *values)
    return made


async def change(connection: Connection, row: AccountRow) -> None:
    """Write name, settings, secrets and whether it is used; the last test tells nothing any more."""
    await connection.execute(CHANGE, row.id, row.name, dict(row.settings), row.sealed, row.active)


async def reseal(connection: Connection, account_id: int, sealed: bytes) -> None:
    """The same secrets under another master key; nothing that an administrator entered has changed."""
    await connection.execute("UPDATE channel_account SET sealed = $2 WHERE id = $1", account_id, sealed)


async def note_test(connection: Connection, account_id: int, at: datetime, result: str) -> None:
    """When it was tried (real time), and how that ended."""
    await connection.execute(
        "UPDATE channel_account SET tested_at = $2, test_result = $3 WHERE id = $1",
        account_id,
        at,
        result[:300],
    )
