"""Whether a chat still takes what a bot writes: a person who blocked it, a group that it was put out of, or that moved.

What the provider says last counts, by its own time. A way that is blocked is ended at that very moment, and so comes
back when it is opened again; one that was ended for another reason stays so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection


@dataclass(frozen=True)
class Chat:
    """A chat at one account, as the provider names it."""

    account_id: int
    address: str


@dataclass(frozen=True)
class Changed:
    """Whose way, or which listener, was ended or came back. `organisation_id` is where the record of it belongs."""

    id: int
    name: str
    organisation_id: int
    account: str


WAY = """
SELECT cp.id, cp.person_id, cp.ended_at, cp.blocked_at, cp.standing_at, p.name, p.organisation_id, p.active,
       a.name AS account
  FROM contact_point cp JOIN person p ON p.id = cp.person_id JOIN channel_account a ON a.id = cp.account_id
 WHERE cp.account_id = $1 AND cp.address = $2 FOR UPDATE OF cp
"""
WAY_STANDS = "UPDATE contact_point SET standing_at = $2, ended_at = $3, blocked_at = $4 WHERE id = $1"
BACK = """
UPDATE listener l SET ended_at = NULL, left_at = NULL, version = l.version + 1 FROM channel_account a
 WHERE l.account_id = $1 AND l.address = $2 AND l.ended_at = l.left_at AND a.id = l.account_id AND a.active
   AND (l.standing_at IS NULL OR l.standing_at <= $3)
RETURNING l.id, l.name, l.organisation_id, a.name AS account
"""
SEEN = """
UPDATE listener SET standing_at = greatest(standing_at, $3) WHERE account_id = $1 AND address = $2
"""
IS_OLD = "SELECT EXISTS (SELECT FROM listener WHERE account_id = $1 AND address = $2 AND standing_at > $3)"
MOVED = """
UPDATE listener l SET address = $3, version = l.version + 1, left_at = NULL,
       ended_at = CASE WHEN l.ended_at = l.left_at THEN NULL ELSE l.ended_at END FROM channel_account a
 WHERE l.account_id = $1 AND l.address = $2 AND (l.ended_at IS NULL OR l.ended_at = l.left_at) AND a.id = l.account_id
RETURNING l.id, l.name, l.organisation_id, a.name AS account
"""


async def person_stands(
    tx: Connection, chat: Chat, *, takes: bool, at: datetime | None, now: datetime
) -> Changed | None:
    """The person blocked or opened the chat `at` the provider's time; whose way that changed, if it did.

    `now` is real time; without `at` it is so now, whatever the provider's clock says.
    """
    row = await tx.fetchrow(WAY, chat.account_id, chat.address)
    if row is None or (at and row["standing_at"] and at < row["standing_at"]):
        return None
    at = at or max(now, row["standing_at"] or now)
    is_blocked = row["blocked_at"] is not None and row["ended_at"] == row["blocked_at"]
    ended, blocked = row["ended_at"], row["blocked_at"]
    if takes and is_blocked and row["active"]:
        ended, blocked = None, None
    elif not takes and ended is None:
        ended, blocked = now, now
    await tx.execute(WAY_STANDS, row["id"], at, ended, blocked)
    if ended == row["ended_at"]:
        return None
    return Changed(row["person_id"], row["name"], row["organisation_id"], row["account"])


async def group_is_back(tx: Connection, chat: Chat, at: datetime) -> Sequence[Changed]:
    """The bot is in the group (again) since then; the listeners that come back with it."""
    rows = await tx.fetch(BACK, chat.account_id, chat.address, at)
    await tx.execute(SEEN, chat.account_id, chat.address, at)
    return [Changed(*row) for row in rows]


async def group_was_left(tx: Connection, chat: Chat, at: datetime) -> bool:
    """Keep that the bot was put out of the group then; False when something newer is known."""
    if await tx.fetchval(IS_OLD, chat.account_id, chat.address, at):
        return False
    await tx.execute(SEEN, chat.account_id, chat.address, at)
    return True


async def group_moved(tx: Connection, chat: Chat, address: str) -> Sequence[Changed]:
    """The group has another id from now on; the listeners that follow it."""
    return [Changed(*row) for row in await tx.fetch(MOVED, chat.account_id, chat.address, address)]
