"""Tells the stories to the real engine, each step at its own business time, so that every history is true."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.cases import STORIES
from bot.demo.data import token
from bot.demo.photos import photo
from bot.demo.story import VISITOR, VISITOR_MAIL, VISITOR_NAME, Step, Story
from storage.case_writer import NewAttachment
from storage.clock import SHANGHAI, Clock
from storage.database import Database
from storage.failpoints import NoFailPoints
from storage.files import Files
from storage.texts import N_
from workflows.actor import Actor, Door, Reporter
from workflows.calendar import Calendar
from workflows.engine import Clocks, Engine, Outcome, Place
from workflows.registry import Registry

PAST = timedelta(days=2)
HISTORY = N_("Part of the demo's history")

# Only what speaks of the present state of open cases is still to be told.
WITHDRAW = """
UPDATE message m SET state = 'withdrawn', finished_at = $1, reason = $2
  FROM work_case c
 WHERE c.id = m.case_id AND m.state = 'queued' AND (c.closed_at IS NOT NULL OR m.case_version < c.entered_version)
"""


class StoryClock:
    """Business time as the story goes."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Stage:
    """What the stories are played on."""

    db: Database
    files: Files
    registry: Registry
    calendar: Calendar
    real: Clock
    seed: int

    async def place(self, device: str) -> Place:
        """Where a device stands, by its number."""
        row = await self.db.fetchrow("SELECT id, organisation_id FROM device WHERE number = $1", device)
        if row is None:
            raise LookupError(device)
        return Place(row["organisation_id"], row["id"])


class Teller:
    """Plays stories. Each step has its own idempotency key, so a play that was broken off can be played again."""

    def __init__(self, stage: Stage, people: Mapping[str, int], now: datetime) -> None:
        self._stage = stage
        self._people = people
        self._now = now
        self._clock = StoryClock(now)
        clocks = Clocks(self._clock, stage.real, stage.calendar)
        self._engine = Engine(stage.db, stage.registry, clocks, NoFailPoints())

    async def tell_all(self) -> None:
        """Every story in the order in which they began, so that case numbers rise with time."""
        for story in sorted(STORIES, key=lambda s: s.ago, reverse=True):
            await self._tell(story)
        await self._stage.db.execute(WITHDRAW, self._stage.real.now(), HISTORY)

    async def _tell(self, story: Story) -> None:
        self._clock.at = _begin(self._now, story.ago)
        opened = await self._open(story, story.steps[0])
        outcome = opened
        for place, step in enumerate(story.steps[1:], start=1):
            self._clock.at += step.after
            outcome = await self._engine.act(
                opened.case_id,
                step.action,
                self._actor(step, opened),
                self._data(step),
                seen_version=outcome.version,
                idempotency_key=_key(story, place),
            )

    async def _open(self, story: Story, step: Step) -> Outcome:
        visitor = Reporter(VISITOR_NAME, "", VISITOR_MAIL) if step.who == VISITOR else None
        return await self._engine.open(
            "repair",
            step.action,
            self._actor(step, None),
            step.data,
            place=await self._stage.place(story.device),
            idempotency_key=_key(story, 0),
            reporter=visitor,
            attachments=await self._photos(story),
        )

    def _actor(self, step: Step, opened: Outcome | None) -> Actor:
        if step.who == VISITOR:
            return Actor(Door.LINK, participant_id=opened.participant_id if opened else None)
        return Actor(step.door, person_id=self._people[step.who])

    def _data(self, step: Step) -> dict[str, object]:
        data = dict(step.data)
        if "technician" in data:
            data["technician"] = self._people[data["technician"]]
        return data

    async def _photos(self, story: Story) -> Sequence[NewAttachment]:
        attached = []
        for nth in range(1, story.photos + 1):
            content = await asyncio.to_thread(
                photo, f"{story.device} #{nth}", f"{self._stage.seed}/{story.device}/{nth}"
            )
            sha256 = await self._stage.files.put(content, "image/jpeg")
            key = token(self._stage.seed, "photo", story.device, str(nth))
            attached.append(NewAttachment(sha256, f"{story.device}-{nth}.jpg", key))
        return attached


def _begin(now: datetime, ago: timedelta) -> datetime:
    """When a story begins; one of earlier days in the morning, whatever the time of day is now."""
    begin = now - ago
    if ago < PAST:
        return begin
    return begin.astimezone(SHANGHAI).replace(hour=9, minute=ago.days * 7 % 60, second=0, microsecond=0)


def _key(story: Story, place: int) -> str:
    return f"demo-{story.device}-{story.ago // timedelta(minutes=1)}-{place}"
