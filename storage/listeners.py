"""Writes listeners in the caller's transaction: groups and other systems that hear of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection
from storage.kinds import MessageKind


@dataclass(frozen=True)
class ListenerRow:
    """A listener as it stands in the transaction. `path` is its organisation's."""

    id: int
    organisation_id: int
    organisation: str
    account_id: int
    account: str
    address: str
    name: str
    severities: Sequence[str]
    workflows: Sequence[str]
    hears_steps: bool
    version: int
    path: str
    ended: bool = False


@dataclass(frozen=True)
class Ear:
    """The account by which a listener is told; `path` is that of its organisation."""

    id: int
    kind: str
    name: str
    path: str


LOCKED = """
SELECT l.id, l.organisation_id, o.name AS organisation, l.account_id, a.name AS account, l.address, l.name,
       l.severities, l.workflows, l.hears_steps, l.version, o.path, l.ended_at IS NOT NULL AS ended
  FROM listener l JOIN organisation o ON o.id = l.organisation_id JOIN channel_account a ON a.id = l.account_id
 WHERE l.id = $1 FOR UPDATE OF l
"""
SAME = """
SELECT id FROM listener WHERE organisation_id = $1 AND account_id = $2 AND address = $3 AND name = $4
   AND severities = $5::jsonb AND workflows = $6::jsonb AND hears_steps = $7 AND ended_at IS NULL LIMIT 1
"""
ADD = """
INSERT INTO listener (organisation_id, account_id, address, name, severities, workflows, hears_steps)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
CHANGE = """
UPDATE listener SET organisation_id = $2, account_id = $3, address = $4, name = $5, severities = $6, workflows = $7,
       hears_steps = $8, version = version + 1 WHERE id = $1
"""
EAR = """
SELECT a.id, a.kind, a.name, o.path FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
 WHERE a.id = $1 AND a.active
"""


# Of one that says so itself. What waits for it waits in vain; what is under way ends by itself.
GONE = """
UPDATE listener l SET ended_at = $3, version = l.version + 1,
       left_at = CASE WHEN a.kind = 'telegram' THEN $3::timestamptz END
  FROM organisation o, channel_account a
 WHERE l.account_id = $1 AND l.address = $2 AND l.ended_at IS NULL AND o.id = l.organisation_id AND a.id = l.account_id
RETURNING l.id, l.organisation_id, o.name AS organisation, l.account_id, a.name AS account, l.address, l.name,
          l.severities, l.workflows, l.hears_steps, l.version, o.path, true AS ended
"""
LEAVE = """
UPDATE message SET state = 'withdrawn', finished_at = $3, reason = $4
 WHERE (id, created_at) IN (SELECT id, created_at FROM message
                             WHERE account_id = $1 AND address = $2 AND state = 'queued' AND attempts = 0
                               FOR UPDATE SKIP LOCKED)
"""
TELL = """
INSERT INTO message (created_at, case_version, kind, severity, person_id, organisation_id, lane, variables, next_at)
VALUES ($1, 0, $2, $3, $4, $5, 'listener/' || $6::bigint, $7, $1)
"""


async def locked(connection: Connection, listener_id: int) -> ListenerRow | None:
    """The listener, ended or not, locked."""
    row = await connection.fetchrow(LOCKED, listener_id)
    return ListenerRow(**dict(row)) if row else None


async def ear(connection: Connection, account_id: int) -> Ear | None:
    """The active account of that id."""
    row = await connection.fetchrow(EAR, account_id)
    return Ear(**dict(row)) if row else None


async def same(connection: Connection, row: ListenerRow) -> int | None:
    """The id of one that hears the very same under the same name."""
    found: int | None = await connection.fetchval(SAME, *_values(row))
    return found


async def add(connection: Connection, row: ListenerRow) -> int:
    """Enter a new one; its id."""
    made: int = await connection.fetchval(ADD, *_values(row))
    return made


async def change(connection: Connection, row: ListenerRow) -> None:
    """Write all that can be changed."""
    await connection.execute(CHANGE, row.id, *_values(row))


async def end(connection: Connection, listener_id: int, now: datetime) -> None:
    """It hears nothing from now on (real time); what it was told stays in the ledger."""
    await connection.execute(
        "UPDATE listener SET ended_at = $2, version = version + 1 WHERE id = $1", listener_id, now
    )


async def gone(
    tx: Connection, account_id: int, address: str, reason: str, now: datetime
) -> list[ListenerRow]:
    """All that were told there are ended (real time), and what waits for them is withdrawn; which they were."""
    await tx.execute(LEAVE, account_id, address, now, reason)
    return [ListenerRow(**dict(row)) for row in await tx.fetch(GONE, account_id, address, now)]


async def tell(
    tx: Connection, row: ListenerRow, kind: MessageKind, people: Sequence[int], now: datetime
) -> None:
    """Tell people of a listener."""
    variables = {"listener": row.name, "organisation": row.organisation}
    for person_id in people:
        given = (kind.name, kind.severity, person_id, row.organisation_id, row.id, variables)
        await tx.execute(TELL, now, *given)
    await tx.execute("SELECT pg_notify('outbox', '')")


def _values(row: ListenerRow) -> tuple[int, int, str, str, list[str], list[str], bool]:
    lists = (list(row.severities), list(row.workflows))
    return (row.organisation_id, row.account_id, row.address, row.name, *lists, row.hears_steps)
