"""Acknowledging (知悉): the one way in which any channel says that the recipient took note of a message.

A reply by SMS, a key in a call, a button in a mail acknowledge, and nothing more: no such channel approves anything.
Where the message offers the action `acknowledge`, the case moves with it, as if its button had been pressed.
"""

import asyncio
from enum import StrEnum

import structlog

from storage import acknowledgements, storm_kinds
from storage.acknowledgements import Told
from storage.database import Database, DatabaseAway
from storage.kinds import UnknownKind
from storage.texts import N_
from workflows.actor import DOOR_LABELS, Actor, Door
from workflows.engine import Clocks, Engine, Outcome
from workflows.errors import Stale, WorkflowError
from workflows.registry import Registry

ACKNOWLEDGE = "acknowledge"
AT_ONCE = 4

log = structlog.get_logger()


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
    """There is no such message, or whom it told has left."""


class NotAll(WorkflowError):
    """Some cases of a storm are not this person's to acknowledge."""

    text = N_("Not all of them could be acknowledged: open the list to see which are still waiting.")


class Acknowledging:
    """Takes acknowledgements of messages."""

    def __init__(self, db: Database, engine: Engine, registry: Registry, clocks: Clocks) -> None:
        self._db = db
        self._engine = engine
        self._vocabulary = registry.vocabulary()
        self._clocks = clocks

    async def acknowledge(
        self,
        message_id: int,
        door: Door,
        *,
        delivery_id: int | None = None,
        client: str = "",
        moves: bool = True,
    ) -> Acknowledged:
        """The recipient took note, by that delivery if it is known. Safe to repeat. Raises `DatabaseAway`.

        `moves` is false where that door may decide nothing: then it is in the ledger, and every case stays as it is.
        Whether it was the recipient who spoke is the caller's to know. The case is moved before the ledger is
        written: a process that dies between leaves it to the provider to come again.
        """
        message = await acknowledgements.told(self._db, message_id)
        if message is None:
            return Acknowledged.UNKNOWN
        of_storm = moves and message.kind in storm_kinds.NAMES
        moved = Acknowledged.NOTED
        if moves:
            moved = await (self._move_all if of_storm else self._move)(message, door, client)
        now = self._clocks.real.now()
        async with self._db.transaction() as tx:
            if of_storm:
                await acknowledgements.storm_read(tx, message.id, door, now)
                is_news = message.acknowledged_at is None
            else:
                is_news = await acknowledgements.acknowledge(tx, message, door, now)
            if delivery_id is not None:
                await acknowledgements.acted(tx, message, delivery_id, ACKNOWLEDGE, now)
        return moved if is_news else Acknowledged.ALREADY

    async def _move(self, message: Told, door: Door, client: str) -> Acknowledged:
        """Move the case where the message offers it; the same message moves it once."""
        if message.case_id is None or message.acknowledged_at or not self._offered(message):
            return Acknowledged.NOTED
        return await self._act(message, message.case_id, message.case_version, door, client)

    async def _move_all(self, message: Told, door: Door, client: str) -> Acknowledged:
        """Every case of a storm, a few at a time; one that moved on, or may not be moved, holds up no other."""
        kinds = [kind.name for kind in self._vocabulary if ACKNOWLEDGE in kind.buttons]
        waiting = await acknowledgements.open_of_storm(self._db, message.id, kinds)
        came_of_it: list[Acknowledged] = []
        for first in range(0, len(waiting), AT_ONCE):
            few = waiting[first : first + AT_ONCE]
            acts = (self._act(message, case, version, door, client) for case, version in few)
            came_of_it += await asyncio.gather(*acts)
        return Acknowledged.REFUSED if Acknowledged.REFUSED in came_of_it else Acknowledged.NOTED

    async def _act(self, message: Told, case_id: int, version: int, door: Door, client: str) -> Acknowledged:
        actor = Actor(door, message.person_id, message.participant_id, client or DOOR_LABELS[door])
        # A case that was raised anew within a storm is acknowledged anew.
        one_of_many = "" if message.case_id else f"-{case_id}-{version}"
        key = f"acknowledge-{message.id}{one_of_many}"
        try:
            await self._engine.act(case_id, ACKNOWLEDGE, actor, {}, seen_version=version, idempotency_key=key)
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


async def acted(db: Database, clocks: Clocks, acted_on: Outcome, actor: Actor, action: str) -> None:
    """Somebody acted on a case by whichever door: what they were told of it before is answered."""
    if actor.person_id is not None:
        before = acted_on.version - 1
        await acknowledgements.acted_on_case(
            db, acted_on.case_id, before, actor.person_id, action, actor.door, clocks.real.now()
        )


async def read(db: Database, clocks: Clocks, case_id: int, actor: Actor) -> None:
    """Somebody opened a case's page: what they were told of it has been read, as far as the database is there."""
    if actor.person_id is None:
        return
    try:
        await acknowledgements.read(db, case_id, actor.person_id, clocks.real.now())
    except DatabaseAway:
        log.info("reading_not_noted", case=case_id)
