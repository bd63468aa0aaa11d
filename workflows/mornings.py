"""The one message of a morning: all that somebody is reminded of on a business day, told together.

One reminder alone is told as it is. What comes later on the same day waits for the next morning.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import groupby

from storage import mornings
from storage.clock import SHANGHAI
from storage.database import Connection, Database
from storage.mornings import Kept, Reminder, Said
from storage.texts import N_
from workflows.engine import Clocks
from workflows.registry import Registry

UNTRUE = N_("The case had changed before it was sent.")
STOPPED = N_("The recipient has muted such messages.")
SAME = N_("Another message this morning covers the same matter.")
NOT_BEFORE = time(8)
"""What was left over from the day before is told from this hour on."""


class Mornings:
    """Any number of processes may run one."""

    def __init__(self, db: Database, registry: Registry, clocks: Clocks) -> None:
        self._db = db
        self._registry = registry
        self._clocks = clocks

    async def run_due(self) -> int:
        """Tell everybody for whom something waits and who was told nothing today; how many people were.

        Raises `DatabaseAway`.
        """
        async with self._db.transaction() as tx:
            here = self._clocks.business.now()
            if not await mornings.is_ready(tx, here):
                return 0
            return await self._tell(tx, here.astimezone(SHANGHAI))

    async def _tell(self, tx: Connection, here: datetime) -> int:
        now = self._clocks.real.now()
        found = await mornings.waiting(tx, here.date(), now)
        over = list(_over(found))
        done = {kept.id for kept in over}
        left = [each for each in found if each.id not in done and each.muted != "snoozed"]
        told = [each for each in _by_person(left) if _is_time(each, here)]
        alone = [each for each in told if len({reminder.case_id for reminder in each}) == 1]
        together = [each for each in told if each not in alone]
        ids = await mornings.say(tx, [self._said(each) for each in together], now)
        kept = [*over, *(k for each in alone for k in self._alone(each))]
        kept += [Kept(r.id, "bundled", r.severity, ids[r.person_id]) for each in together for r in each]
        people = [each[0].person_id for each in told]
        await mornings.keep(tx, kept, people, here.date(), now)
        return len(people)

    def _said(self, reminders: Sequence[Reminder]) -> Said:
        digest = self._registry.named(reminders[0].workflow).digest
        if digest is None:
            raise LookupError(f"{reminders[0].workflow} gathers reminders and has no digest")
        return digest.said(reminders)

    def _alone(self, reminders: Sequence[Reminder]) -> Iterator[Kept]:
        """Of several about one case the most pressing one is told."""
        digest = self._registry.named(reminders[0].workflow).digest
        first, *rest = digest.ordered(reminders) if digest else reminders
        yield Kept(first.id, "queued", digest.severity([first]) if digest else first.severity)
        for other in rest:
            yield Kept(other.id, "withdrawn", other.severity, reason=SAME)


def _over(found: Sequence[Reminder]) -> Iterator[Kept]:
    """What is not true any more, or not wanted."""
    for each in found:
        if each.is_untrue or each.muted == "stopped":
            yield Kept(each.id, "withdrawn", each.severity, reason=UNTRUE if each.is_untrue else STOPPED)


def _by_person(found: Sequence[Reminder]) -> Iterator[Sequence[Reminder]]:
    def person(reminder: Reminder) -> int:
        return reminder.person_id

    for _, reminders in groupby(sorted(found, key=person), person):
        yield list(reminders)


def _is_time(reminders: Sequence[Reminder], here: datetime) -> bool:
    """Is any of this day, or has the morning begun?"""
    newest: date = max(reminder.day for reminder in reminders)
    return newest >= here.date() or here.time() >= NOT_BEFORE
