"""Tells the demo's licences to the real engine, each step on its own day, and the reminders that they have had."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from bot.demo.data import HOSPITALS
from bot.demo.histories import HISTORY, Stage
from bot.demo.licence_stories import HISTORY_DAYS, STORIES, LicenceStory, acts
from storage.clock import SHANGHAI, BusinessClock
from storage.failpoints import NoFailPoints
from workflows.actor import Actor, Door
from workflows.deadlines import Deadlines
from workflows.engine import Clocks, Engine, Outcome, Place

WITHIN = timedelta(days=390)
MORNING = time(10)
WITHDRAW = """
UPDATE message m SET state = 'withdrawn', finished_at = $1, reason = $2
 WHERE m.kind LIKE 'licence.%' AND m.state = 'queued'
"""


class HistoryClock(BusinessClock):
    """Business time as the story goes, whatever the database says."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def moved_to(self, offset_s: float) -> None:
        """The story has its own time."""


class LicenceTeller:
    """Plays the licences. Each step has its own idempotency key, so a play that was broken off can be played again."""

    def __init__(self, stage: Stage, people: Mapping[str, int], now: datetime) -> None:
        self._stage = stage
        self._people = people
        self._today = now.astimezone(SHANGHAI).date()
        self._clock = HistoryClock(now)
        clocks, fail = Clocks(self._clock, stage.real, stage.calendar), NoFailPoints()
        self._engine = Engine(stage.db, stage.registry, clocks, fail)
        self._deadlines = Deadlines(stage.db, stage.registry, clocks, self._clock, fail)

    async def tell_all(self) -> None:
        """Every licence, then the reminders of some days ago; what was to be told of them is history."""
        for place, story in enumerate(STORIES):
            await self._tell(story, place)
        self._clock.at = datetime.combine(self._today - timedelta(days=HISTORY_DAYS), MORNING, SHANGHAI)
        await self._deadlines.run_due()
        await self._stage.db.execute(WITHDRAW, self._stage.real.now(), HISTORY)

    async def _tell(self, story: LicenceStory, place: int) -> None:
        outcome: Outcome | None = None
        hospital = await self._hospital(story.hospital)
        for nth, act in enumerate(acts(story, place, self._today, self._today - WITHIN)):
            self._clock.at = _at(act.day)
            actor, key = Actor(Door.PAGE, self._people[act.who]), f"demo-licence-{place}-{nth}"
            if outcome is None:
                outcome = await self._engine.open(
                    "licence", act.action, actor, act.data, place=Place(hospital), idempotency_key=key
                )
            else:
                outcome = await self._engine.act(
                    outcome.case_id,
                    act.action,
                    actor,
                    act.data,
                    seen_version=outcome.version,
                    idempotency_key=key,
                )

    async def _hospital(self, key: str) -> int:
        code = next(code for hospital, _, _, code in HOSPITALS if hospital == key)
        row = await self._stage.db.fetchrow("SELECT id FROM organisation WHERE code = $1", code)
        if row is None:
            raise LookupError(code)
        return int(row["id"])


def _at(day: date) -> datetime:
    return datetime.combine(day, MORNING, SHANGHAI)
