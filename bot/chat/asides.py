"""What somebody says of a message beside its actions: that they have read it, or want no more of its kind.

The same road as a reply by SMS or a link in a mail: it acknowledges, and decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.answers import Link, Pages, Reply
from h5_pages.views.notices import MAY_NOT, NOT_ALL, NOTED, STOPPED
from notifier.channel import READ, STOP
from storage.access import NotVisible, cards
from storage.access.cards import Notice
from storage.database import Database
from storage.directory import Viewer
from storage.texts import N_, Gettext
from workflows import stopping
from workflows.acknowledging import Acknowledging
from workflows.actor import Door
from workflows.engine import Clocks
from workflows.errors import CaseNotFound

ASIDES = frozenset({READ, STOP})


@dataclass(frozen=True)
class Said:
    """What came of it. `done`: so it is now, and `sent` is the message of which it was said, as it was sent."""

    done: bool
    reply: Reply
    sent: Mapping[str, Any]


WHAT_I_STOPPED = N_("View muted messages, or unmute them")


class Asides:
    """Takes them from every provider's chat."""

    def __init__(self, db: Database, acknowledging: Acknowledging, clocks: Clocks, pages: Pages) -> None:
        self._db = db
        self._acknowledging = acknowledging
        self._clocks = clocks
        self._pages = pages

    async def take(self, notice: Notice, door: Door, aside: str, _: Gettext, *, moves: bool) -> Said:
        """What came of it; a case is moved only where it `moves`. Safe to repeat. Raises `DatabaseAway`."""
        if aside == STOP:
            back = Link(_(WHAT_I_STOPPED), self._pages.own_notices())
            said = await self._stop(notice, door)
            return Said(said == STOPPED, Reply.of(_(said), back), notice.sent)
        outcome = await self._acknowledging.acknowledge(
            notice.message_id, door, delivery_id=notice.delivery_id, moves=moves
        )
        return Said(True, Reply.of(_(NOT_ALL.get(outcome, NOTED))), notice.sent)

    async def notice(self, person: Viewer, unique_id: str, account_id: int) -> Notice:
        """The message of which they speak. Raises `CaseNotFound` for one to somebody else, `DatabaseAway`."""
        try:
            notice = await cards.notice(self._db, unique_id, account_id)
        except NotVisible:
            raise CaseNotFound from None
        if notice.person_id != person.person_id:
            raise CaseNotFound
        return notice

    async def _stop(self, notice: Notice, door: Door) -> str:
        db, clocks = self._db, self._clocks
        period = await stopping.may_stop_for(db, clocks, notice.kind, notice.severity, notice.path)
        if not period:
            return MAY_NOT
        await stopping.stop(db, clocks, notice.person_id, notice.kind, period, door)
        return STOPPED
