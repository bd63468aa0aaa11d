"""What becomes of chats: who blocked a bot is not reachable there from that moment, and groups are followed.

Source: core.telegram.org/bots/api, "ChatMemberUpdated" and "Message" (migrate_to_chat_id).
"""

from collections.abc import Mapping
from datetime import datetime

import structlog

from notifier.channel import Blocked, Gone, SendFailed
from notifier.listening import Listening
from storage import audit, chat_standing
from storage.audit import AuditRow
from storage.chat_standing import Changed, Chat
from storage.clock import Clock
from storage.database import Connection, Database
from storage.texts import N_

LEFT = N_("The bot is not in the group any more")

log = structlog.get_logger()


class Chats:
    """Follows chats. `real` is real time; `at` is the provider's time of what it tells."""

    def __init__(self, db: Database, listening: Listening, real: Clock) -> None:
        self._db = db
        self._listening = listening
        self._real = real

    async def person(self, chat: Chat, *, takes: bool, at: datetime | None = None) -> bool:
        """Somebody blocked the bot or opened the chat again, by a press or by writing; did that change anything?"""
        async with self._db.transaction() as tx:
            return await stands(tx, chat, takes=takes, at=at, now=self._real.now())

    async def group(self, chat: Chat, *, takes: bool, at: datetime) -> None:
        """The bot was put out of a group or may not write there, or it is back. Raises `DatabaseAway`."""
        async with self._db.transaction() as tx:
            if takes:
                for row in await chat_standing.group_is_back(tx, chat, at):
                    await _note(tx, row, "listener.resume", self._real.now())
            elif await chat_standing.group_was_left(tx, chat, at):
                gone = Gone("left", LEFT)
                await self._listening.end(tx, chat.account_id, chat.address, gone)

    async def moved(self, chat: Chat, address: str) -> None:
        """A group became a supergroup: its listeners go along. Raises `DatabaseAway`."""
        async with self._db.transaction() as tx:
            for row in await chat_standing.group_moved(tx, chat, address):
                await _note(tx, row, "listener.move", self._real.now(), {"address": address})


async def failed(tx: Connection, chat: Chat, failure: SendFailed, now: datetime) -> None:
    """What a send says of the chat, which is the same as what the provider tells by itself."""
    if isinstance(failure, Blocked):
        await stands(tx, chat, takes=False, at=None, now=now)


async def stands(tx: Connection, chat: Chat, *, takes: bool, at: datetime | None, now: datetime) -> bool:
    """Note it, on record; did that change anything?"""
    changed = await chat_standing.person_stands(tx, chat, takes=takes, at=at, now=now)
    if changed is None:
        return False
    log.info("chat_opened" if takes else "chat_blocked", account=chat.account_id, person=changed.id)
    await _note(tx, changed, "chat.unblock" if takes else "chat.block", now)
    return True


async def _note(
    tx: Connection, changed: Changed, action: str, now: datetime, after: Mapping[str, str] | None = None
) -> None:
    is_person = action.startswith("chat.")
    row = AuditRow(
        at=now,
        person_id=None,
        case_id=None,
        door="system",
        client="",
        action=action,
        subject=changed.name,
        data={"account": changed.account},
        organisation_id=changed.organisation_id,
        subject_kind="person" if is_person else "listener",
        subject_id=changed.id,
        after=dict(after or {}),
    )
    await audit.append(tx, row)
