"""Storm mode: many messages of one workflow to one person become one with their number and a link."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.router import Rules, is_pressing
from storage import policy_values, storms
from storage.clock import SHANGHAI, Clock
from storage.database import Connection, Database
from storage.kinds import MessageKind
from storage.outbox import ESCALATED, Claimed
from storage.storm_kinds import BEGAN, GOES_ON, NEWS, OVER
from storage.storms import Span, Storm, Telling

POLICY = "notify.storm"
MOMENT_S = 0.3  # a first alarm waits no longer; whoever waits for its card does not notice
SETTLE = timedelta(seconds=2)

log = structlog.get_logger()


class Limits(BaseModel):
    """The policy: `messages` within `seconds`, or `at_once` within a moment, begin a storm; quiet ends it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    messages: int = Field(default=12, ge=2)
    seconds: int = Field(default=60, ge=1)
    at_once: int = Field(default=3, ge=2)
    calm_minutes: int = Field(default=10, ge=1)
    again_minutes: int = Field(default=30, ge=1)


class Storms:
    """Begins, feeds and ends storms. Any number of processes may run one. Policies hold in business time."""

    def __init__(self, db: Database, rules: Rules, business: Clock, real: Clock) -> None:
        self._db = db
        self._rules = rules
        self._business = business
        self._real = real
        self._turns: WeakValueDictionary[tuple[int | None, str], asyncio.Lock] = WeakValueDictionary()

    async def a_moment(self, message: Claimed) -> None:
        """Let those that come along with a first message be there when it is decided upon."""
        if not self._may_storm(message):
            return
        age = (self._real.now() - message.created_at).total_seconds()
        if 0 <= age < MOMENT_S:
            await asyncio.sleep(MOMENT_S - age)

    @asynccontextmanager
    async def turn(self, message: Claimed) -> AsyncIterator[None]:
        """Here one after the other decides about a person: who waits for that has no connection in hand."""
        if not self._may_storm(message):
            yield
            return
        key = (message.person_id, message.workflow)
        mine = self._turns[key] = self._turns.get(key) or asyncio.Lock()
        async with mine:
            yield

    async def take(self, tx: Connection, message: Claimed) -> bool:
        """Is it told along with others? Then nothing is left to be sent of it. The message must be held."""
        if not self._may_storm(message) or message.person_id is None:
            return False
        await storms.lock(tx, message.person_id, message.workflow)
        now = self._real.now()
        storm = await self._going_on(tx, message.person_id, message)
        if storm is None and not await self._is_storm(tx, message, now):
            return False
        storm = storm or await self._begin(tx, message, now)
        await storms.join(tx, storm, message, now, SETTLE, self._rules.alone)
        return True

    async def run_due(self) -> None:
        """Say that storms go on, or are over. Raises `DatabaseAway`."""
        for seen in await storms.all_going_on(self._db):
            async with self._db.transaction() as tx:
                await storms.lock(tx, seen.person_id, seen.workflow)
                if storm := await storms.going_on(tx, seen.person_id, seen.subject):
                    await self._look_at(tx, storm)

    async def _going_on(self, tx: Connection, person_id: int, message: Claimed) -> Storm | None:
        """The storm that it joins: one of alarms takes everything, one of news nothing urgent."""
        storm = await storms.going_on(tx, person_id, message.workflow)
        if storm is None and not is_pressing(message):
            storm = await storms.going_on(tx, person_id, message.workflow + storms.NEWS)
        return storm

    def _may_storm(self, message: Claimed) -> bool:
        """One that was sent before, and is escalated, goes its own way; so does what is for lives."""
        storms = message.workflow in self._rules.storms and message.kind not in self._rules.alone
        return storms and message.held != ESCALATED

    async def _is_storm(self, tx: Connection, message: Claimed, now: datetime) -> bool:
        limits = await self._limits(tx, message.path)
        most = max(limits.messages, limits.at_once)
        span = _around(message.created_at, timedelta(seconds=limits.seconds), now)
        many, at_once = await storms.around(tx, message, span, most, pressing=is_pressing(message))
        return many >= limits.messages or at_once >= limits.at_once

    async def _begin(self, tx: Connection, message: Claimed, now: datetime) -> Storm:
        kind, subject = (BEGAN, "") if is_pressing(message) else (NEWS, storms.NEWS)
        telling = Telling(
            kind.name, kind.severity, {"count": 0, "since": _clock(message.created_at)}, now + SETTLE
        )
        storm = await storms.begin(tx, message, message.workflow + subject, telling, now)
        log.warning("storm_began", storm=storm.id, person=message.person_id, workflow=message.workflow)
        return storm

    async def _look_at(self, tx: Connection, storm: Storm) -> None:
        now, limits = self._real.now(), await self._limits(tx, storm.path)
        untold = storm.count > storm.told
        if now - storm.last_at >= timedelta(minutes=limits.calm_minutes):
            await self._end(tx, storm, now, untold=untold)
        elif untold and now - storm.told_at >= timedelta(minutes=limits.again_minutes):
            kind = NEWS if storm.is_news else GOES_ON
            await storms.tell(tx, storm, await self._telling(tx, kind, storm, now))

    async def _end(self, tx: Connection, storm: Storm, now: datetime, *, untold: bool) -> None:
        """Of alarms it is said that it is over; of news only what was not said yet."""
        if untold or not storm.is_news:
            kind = NEWS if storm.is_news else OVER
            telling = await self._telling(tx, kind, storm, now, until=_clock(storm.last_at))
            await storms.tell(tx, storm, telling)
        await storms.end(tx, storm, now)
        log.info("storm_over", storm=storm.id, cases=storm.count)

    async def _telling(
        self, tx: Connection, kind: MessageKind, storm: Storm, now: datetime, **more: str
    ) -> Telling:
        counts = {"count": storm.count, "open": await storms.still_open(tx, storm), "storm": storm.id}
        return Telling(kind.name, kind.severity, {**counts, "since": storm.since, **more}, now)

    async def _limits(self, tx: Connection, path: str) -> Limits:
        found = await policy_values.nearest(tx, POLICY, path, self._business.now())
        return limits_of(found or self._rules.shipped.get(POLICY))


def limits_of(value: Mapping[str, Any] | None) -> Limits:
    """A policy as it is stored; one that makes no sense is as if it were not set."""
    try:
        return Limits.model_validate(value or {})
    except ValidationError:
        return Limits()


def _around(made_at: datetime, within: timedelta, now: datetime) -> Span:
    """Around a message: as long as it is new, what came before it; later both sides, since it may wait among many."""
    moment = timedelta(seconds=MOMENT_S)
    return Span(made_at - within, made_at + within, now - within, made_at - moment, made_at + moment)


def _clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M")
