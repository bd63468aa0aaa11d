"""Acknowledging (知悉): the one way in which any channel says that the recipient took note of a message.

A reply by SMS, a key in a call, a button in a mail acknowledge, and nothing more: no such channel approves anything.
Where the message offers the action `acknowledge`, the case moves with it, as if its button had been pressed.
"""

from enum import StrEnum

from storage import acknowledgements
from storage.acknowledgements import Told
from storage.database import Database
from storage.kinds import UnknownKind
from workflows.actor import DOOR_LABELS, Actor, Door
from workflows.engine import Clocks, Engine
from workflows.errors import Stale, WorkflowError
from workflows.registry import Registry

ACKNOWLEDGE = "acknowledge"


class Acknowledged(StrEnum):
    """What came of it."""

    NOTED = "noted"
    """It is in the ledger, and the case moved where it was to."""
    ALREADY = "already"
    """This message had been acknowledged before."""
    MOVED_ON = "moved_on"
    """It is in the ledger; the case had left the state that the message speaks of."""
    REFUSED = "refused"
    """It is in the ledger; the person may not move the case (any more)."""
    UNKNOWN = "unknown"
    """There is no such message."""


class Acknowledging:
    """Takes acknowledgements of messages."""

    def __init__(self, db: Database, engine: Engine, registry: Registry, clocks: Clocks) -> None:
        self._db = db
        self._engine = engine
        self._vocabulary = registry.vocabulary()
        self._clocks = clocks

    async def acknowledge(
        self, message_id: int, door: Door, *, delivery_id: int | None = None, client: str = ""
    ) -> Acknowledged:
        """The recipient took note, by that delivery if it is known. Safe to repeat. Raises `DatabaseAway`.

        Whether it was the recipient who spoke is the caller's to know. The case is moved before the ledger is
        written: a process that dies between leaves it to the provider to come again.
        """
        message = await acknowledgements.told(self._db, message_id)
        if message is None:
            return Acknowledged.UNKNOWN
        moved = await self._move(message, door, client)
        now = self._clocks.real.now()
        async with self._db.transaction() as tx:
            is_news = await acknowledgements.acknowledge(tx, message, door, now)
            if delivery_id is not None:
                await acknowledgements.acted(tx, message, delivery_id, ACKNOWLEDGE, now)
        return moved if is_news else Acknowledged.ALREADY

    async def _move(self, message: Told, door: Door, client: str) -> Acknowledged:
        """Move the case where the message offers it; the same message moves it once."""
        if message.case_id is None or message.acknowledged_at or not self._offered(message):
            return Acknowledged.NOTED
        actor = Actor(door, message.person_id, message.participant_id, client or DOOR_LABELS[door])
        key = f"acknowledge-{message.id}"
        try:
            await self._engine.act(
                message.case_id,
                ACKNOWLEDGE,
                actor,
                {},
                seen_version=message.case_version,
                idempotency_key=key,
            )
        except Stale:
            return Acknowledged.MOVED_ON
        except WorkflowError:
            return Acknowledged.REFUSED
        return Acknowledged.NOTED

    def _offered(self, message: Told) -> bool:
        try:
            return ACKNOWLEDGE in self._vocabulary.kind(message.kind).buttons
        except UnknownKind:  # told by a version that knew more kinds
            return False
