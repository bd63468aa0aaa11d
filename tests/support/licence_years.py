"""Years of many licences, lived by the real engine and by the model at once: what people do, and when it is down."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from storage import timers
from storage.clock import SHANGHAI
from tests.support.licence_model import HOUR, ModelLicence, audience
from tests.support.licences import DUPLICATE, KINDS, PURCHASE, Licences
from workflows.actor import Actor, Door

FIRST_DAY = date(2026, 3, 2)
ONE_DAY = timedelta(days=1)
EVENT_HOURS = (3, 8, 14)
NEXT = {"issued": "purchase", "purchased": "apply", "duplicate_applied": "issue"}
URGENT = 3
APPLIED = "duplicate_applied"
SENT = """
UPDATE message SET state = 'sent' WHERE state = 'queued' AND (kind LIKE 'licence.digest%' OR kind = ANY($1))
RETURNING person_id
"""
LATE = ("licence.issue_due", "licence.proposal_due")
FORMS: dict[str, dict[str, Any]] = {"purchase": PURCHASE, "apply": DUPLICATE, "issue": {}}

Line = tuple[date, int, str, str, str]
"""Day, case, colour, role, how: "" to act, "issue" as the authority, "overseen"."""


@dataclass
class Kept:
    """One licence as the engine and as the model know it."""

    case_id: int
    state: str
    model: ModelLicence


class Years:
    """Lives through `days` days. `seed` decides who does what when, and when the service is down."""

    def __init__(
        self,
        licences: Licences,
        *,
        seed: int,
        count: int,
        days: int,
        events_a_day: float,
        outages_a_day: float = 1 / 90,
    ) -> None:
        self._licences = licences
        self._rng = random.Random(seed)
        self._count = count
        self._days = days
        self._events_a_day = events_a_day
        self._outages_a_day = outages_a_day
        self._kept: list[Kept] = []
        self.expected: Counter[Line] = Counter()
        self.acts: Counter[str] = Counter()
        self.mornings: Counter[tuple[date, int]] = Counter()
        """Messages of reminders by day and person."""
        self.down: list[tuple[datetime, datetime]] = []

    @property
    def outages(self) -> int:
        return len(self.down)

    async def live(self) -> None:
        """Register all, then day by day: people act, the service is up or down, and both are asked what they tell."""
        for _ in range(self._count):
            await self._register()
        await self._look(_moment(FIRST_DAY, HOUR))
        down_until: datetime | None = None
        for day in (FIRST_DAY + ONE_DAY * n for n in range(1, self._days + 1)):
            if down_until is None and self._rng.random() < self._outages_a_day:
                down_until = _moment(day, self._rng.choice(EVENT_HOURS)) + ONE_DAY * self._rng.randrange(
                    1, 70
                )
                self.down.append((_in_shanghai(_moment(day, 0)), _in_shanghai(down_until)))
            down_until = await self._day(day, down_until)

    async def told(self) -> Counter[Line]:
        """What the engine told."""
        roles = {getattr(self._licences, r): r for r in ("contact", "head", "director", "city", "province")}
        told = await self._licences.told()
        return Counter((t.at.date(), t.case_id, t.colour, roles[t.person], t.whose) for t in told)

    async def _day(self, day: date, down_until: datetime | None) -> datetime | None:
        for hour in sorted({*EVENT_HOURS, HOUR}):
            moment = _moment(day, hour)
            if down_until is not None:
                if moment < down_until:
                    continue
                down_until = None
                await self._look(moment)
            if hour == HOUR:
                await self._look_if_due(moment)
            else:
                await self._people_act(moment)
        return down_until

    async def _people_act(self, moment: datetime) -> None:
        chance = self._events_a_day / len(EVENT_HOURS)
        events = int(chance) + (self._rng.random() < chance % 1)
        if events == 0:
            return
        await self._look(moment)
        for _ in range(events):
            await self._somebody_acts(self._rng.choice((self._any, self._urgent, self._urgent))(), moment)
        await self._look(moment)

    def _any(self) -> Kept:
        return self._rng.choice(self._kept)

    def _urgent(self) -> Kept:
        """One of those whose limit is nearest or longest past."""
        by_limit = sorted(self._kept, key=lambda kept: (kept.model.over, kept.model.limit))
        return self._rng.choice(by_limit[:URGENT])

    async def _look_if_due(self, moment: datetime) -> None:
        """The model looks every morning; the service wakes when a timer is due, as its loop does."""
        self._ask_the_model(moment)
        async with self._licences.desk.db.connection() as connection:
            due = await timers.next_due(connection)
        if due is not None and due <= _in_shanghai(moment):
            await self._run(moment)

    async def _look(self, moment: datetime) -> None:
        self._ask_the_model(moment)
        await self._run(moment)

    async def _run(self, moment: datetime) -> None:
        await self._licences.be(_in_shanghai(moment))
        await self._licences.desk.deadlines.run_due()
        for row in await self._licences.desk.db.fetch(SENT, [*KINDS, *LATE]):
            self.mornings[(moment.date(), row["person_id"])] += 1

    def _ask_the_model(self, moment: datetime) -> None:
        for kept in self._kept:
            colour = kept.model.look(moment)
            if colour is not None:
                told = audience(colour, applied=kept.state == APPLIED)
                self.expected.update((moment.date(), kept.case_id, colour, role, how) for role, how in told)

    async def _register(self) -> None:
        limit = FIRST_DAY + ONE_DAY * self._rng.randrange(1, 728)
        issued = date(limit.year - 2, limit.month, min(limit.day, 28))
        case = await self._licences.register(issued.isoformat())
        self._kept.append(Kept(case.case_id, case.state, ModelLicence(issued.replace(year=issued.year + 2))))

    async def _somebody_acts(self, kept: Kept, moment: datetime) -> None:
        action, by, data = self._draw(kept, moment)
        if action == "none":
            return
        outcome = await self._licences.desk.engine.act(
            kept.case_id,
            action,
            Actor(Door.PAGE, by),
            data,
            seen_version=10**6,
            idempotency_key=self._licences.desk.new_key(),
        )
        kept.state = outcome.state
        self.acts[action] += 1

    def _draw(self, kept: Kept, moment: datetime) -> tuple[str, int, dict[str, Any]]:
        """What somebody does with this licence; the model is told at once."""
        who = self._licences
        drawn = self._rng.random()
        if kept.state == "duplicate_issued" or (kept.state == "lapsed" and drawn < 0.5):
            return "none", 0, {}
        if kept.state == "lapsed" or drawn < 0.25:
            return "extend", who.province, {"limit_on": self._extend(kept, moment), "reason": "late"}
        if drawn < 0.45:
            planned = moment.date() + ONE_DAY * self._rng.randrange(0, 32)
            kept.model.acknowledge(moment, planned)
            by = who.province if kept.state == APPLIED else who.contact
            return "acknowledge", by, {"planned_on": planned.isoformat()}
        if drawn < 0.49:
            kept.model.end()
            return "lapse", who.province, {"reason": "never bought"}
        action = NEXT[kept.state]
        if action == "apply":
            kept.model.apply()
        kept.model.go_on()
        if action == "issue":
            kept.model.end()
        return action, who.province if action == "issue" else who.contact, FORMS[action]

    def _extend(self, kept: Kept, moment: datetime) -> str:
        farthest = self._rng.choice((10, 120, 800))
        limit = max(kept.model.limit, moment.date()) + ONE_DAY * self._rng.randrange(1, farthest)
        kept.model.extend(moment, limit)
        return limit.isoformat()


def _moment(day: date, hour: int) -> datetime:
    """Local time in Shanghai, without a zone, as the model reckons."""
    return datetime.combine(day, time(hour))


def _in_shanghai(moment: datetime) -> datetime:
    return moment.replace(tzinfo=SHANGHAI)


def first_difference(expected: Counter[Line], told: Counter[Line]) -> str:
    """The first day on which the two do not agree, with what is missing and what is too much."""
    missing, surplus = expected - told, told - expected
    day = min((line[0] for line in [*missing, *surplus]), default=None)
    if day is None:
        return ""
    return f"{day}: missing {_of(missing, day)}, too much {_of(surplus, day)}"


def _of(lines: Counter[Line], day: date) -> list[Line]:
    return sorted(line for line in lines.elements() if line[0] == day)
