"""When no way is left to tell somebody: their deputy is told, then the heads; only then it is a dead letter."""

import structlog

from notifier.router import Rules
from storage import deliveries, escalations, outbox, reach, routing_notes, stand_ins, told_as_well, ways
from storage.clock import Clock
from storage.database import Connection
from storage.kinds import Severity
from storage.outbox import Claimed
from storage.routing_notes import What
from storage.texts import N_

NO_WAY_LEFT = N_("No channel is left to notify this person.")
NOT_ON_CHANNEL = N_("This person cannot be reached on this channel.")
ONLY_CALLED = N_("It is for information only, and this person can only be reached by phone call.")
SOMEBODY_ELSE = N_("No channel reaches this person; somebody else is notified instead.")
SOMEBODY_WAS = N_("No channel reached this person; somebody else was notified instead.")

log = structlog.get_logger()


class Nobody:
    """Decides what becomes of a message that has no way left. `business` is for who is present."""

    def __init__(self, rules: Rules, business: Clock, real: Clock) -> None:
        self._rules = rules
        self._business = business
        self._real = real

    async def is_left(self, tx: Connection, message: Claimed) -> None:
        """The message was told before, goes to somebody else, or is done with."""
        now = self._real.now()
        if await ways.was_taken(tx, message):
            await outbox.told(tx, message, now)
        elif message.channel is not None and await deliveries.count_for(tx, message) == 0:
            # Where a message is for one channel only, who does not have it misses nothing.
            await outbox.give_up(tx, message, "withdrawn", now, NOT_ON_CHANNEL)
        elif await self._is_only_called(tx, message):
            await outbox.give_up(tx, message, "withdrawn", now, ONLY_CALLED)
        else:
            await escalations.wake_colleagues(tx, message, now)
            if not await self._somebody_else(tx, message):
                await outbox.give_up(tx, message, "dead", now, NO_WAY_LEFT)
                log.error("message_dead", message=message.id, kind=message.kind, case=message.number)

    async def _is_only_called(self, tx: Connection, message: Claimed) -> bool:
        """Is it for information, and has the person nothing but a phone to be called at? Nobody is called for that."""
        if message.person_id is None or message.severity not in (None, Severity.INFO):
            return False
        if await deliveries.count_for(tx, message):
            return False
        return await reach.can_be_reached(tx, message.person_id, self._real.now())

    async def tell_as_well(self, tx: Connection, message: Claimed) -> None:
        """It is not delivered in time and has no other way: somebody else is told as well, once."""
        if not _concerns_others(message) or await ways.was_taken(tx, message):
            return
        business, now = self._business.now(), self._real.now()
        await escalations.wake_colleagues(tx, message, now)
        said = await told_as_well.tell(tx, message, self._rules.heads, business, now)
        if said is not None:
            log.warning("told_as_well", message=message.id, kind=message.kind, by=said)

    async def _somebody_else(self, tx: Connection, message: Claimed) -> bool:
        """Whoever was told of it already is enough."""
        if not _concerns_others(message):
            return False
        if await told_as_well.somebody_was(tx, message):
            await outbox.give_up(tx, message, "withdrawn", self._real.now(), SOMEBODY_WAS)
            return True
        now = self._real.now()
        to = await stand_ins.next_one(tx, message, self._rules.heads, self._business.now(), now)
        if to is None or not await stand_ins.readdress(tx, message, to, now):
            return False
        people = {"from": str(message.person_id), "to": str(to.person_id)}
        await routing_notes.note(tx, message.id, What.STAND_IN, now, reason=SOMEBODY_ELSE, **people)
        return True


def _concerns_others(message: Claimed) -> bool:
    """What is for information concerns the person alone; what is for one channel goes by others as well."""
    return (
        message.person_id is not None
        and message.severity not in (None, Severity.INFO)
        and message.channel is None
    )
