"""Whole lives with the service up have no miss; what an outage delayed is found, and nothing besides."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.support.auditing import audited
from tests.support.channels import give_channels
from tests.support.desk import TRIAGE, Desk, open_desk
from tests.support.events import Events, add_officials
from tests.support.licence_years import Years
from tests.support.licences import licences_at
from tests.workflows.alarm.test_alarm import measured, raised
from workflows.engine import Outcome
from workflows.errors import WorkflowError

FIVE_YEARS = 1826
SENT = "UPDATE message SET state = 'sent', finished_at = created_at WHERE state = 'queued'"
OUTSIDE_OUTAGES = "SELECT what, rule, rung, due_at FROM promise_miss WHERE what <> 'untold' ORDER BY due_at"


async def test_five_years_of_licences_without_an_outage_have_no_miss(desk: Desk) -> None:
    licences = await licences_at(desk)
    years = Years(licences, seed=3, count=15, days=FIVE_YEARS, events_a_day=0.15, outages_a_day=0)
    await years.live()
    await desk.db.execute(SENT)
    assert await audited(desk) == []
    assert await desk.value("SELECT promises FROM auditor_round") > 20


async def test_of_five_years_with_outages_only_what_these_delayed_is_missed(desk: Desk) -> None:
    licences = await licences_at(desk)
    years = Years(licences, seed=1, count=15, days=FIVE_YEARS, events_a_day=0.15)
    await years.live()
    await desk.db.execute(SENT)
    assert len(await audited(desk)) > 5
    missed = await desk.db.fetch(OUTSIDE_OUTAGES)
    assert [dict(m) for m in missed if not any(down <= m["due_at"] <= up for down, up in years.down)] == []


class Life:
    """Repairs, adverse events and alarms at once: somebody does something now and then, and policies change."""

    def __init__(self, desk: Desk, events: Events, seed: int) -> None:
        self._desk = desk
        self._events = events
        self._rng = random.Random(seed)
        self._repairs: list[Outcome] = []
        self._reported: list[Outcome] = []
        self._version = 0

    async def live(self, happenings: int) -> None:
        """So many things happen, up to some hours apart, with the service up all the time."""
        for _ in range(happenings):
            with suppress(WorkflowError):  # what is not open is none of this test's business
                await self._rng.choice(self._doings())()
            await self._desk.move_clock(
                timedelta(minutes=self._rng.choice((1, 1, 7, 29, 31, 120, 700, 2000)))
            )

    def _doings(self) -> list[Callable[[], Awaitable[object]]]:
        return [
            self._report,
            self._repair,
            self._event,
            self._go_on,
            self._go_on,
            self._measure,
            self._set_policy,
        ]

    async def _report(self) -> None:
        self._repairs.append(await self._desk.report())

    async def _repair(self) -> None:
        if not self._repairs:
            return
        world, place = self._desk.world, self._rng.randrange(len(self._repairs))
        action, by, data = self._rng.choice([
            ("triage", world.engineer, TRIAGE | {"estimate": self._rng.choice(("10", "60000"))}),
            ("approve", world.head, {}),
            ("start", world.engineer, {}),
            ("finish", world.engineer, {"work_done": "new tube", "cost": "900"}),
            ("reopen", world.reporter, {"reason": "not fixed"}),
            ("confirm", world.reporter, {}),
        ])  # fmt: skip
        self._repairs[place] = await self._desk.act(self._repairs[place], action, by, data)

    async def _event(self) -> None:
        outcome = self._rng.choice(("other", "may_cause", "serious_injury", "death"))
        self._reported.append(await self._events.report(outcome, is_group=self._rng.random() < 0.3))

    async def _go_on(self) -> None:
        if not self._reported:
            return
        now = self._desk.business.now().isoformat()
        action, data = self._rng.choice([
            ("acknowledge", {}),
            ("check", {"causality": "possible"}),
            ("grade", {"grade": self._rng.choice(("I", "II", "III"))}),
            ("report_national", {"national_reported_at": now}),
            ("tell_province", {"province_told_at": now}),
            ("report_each", {"each_reported_at": now}),
            ("raise_severity", {"outcome": "death", "known_at": now, "reason": "the patient died"}),
            ("handle", {"cause": "worn spindle", "handling": "replaced"}),
            ("close", {}),
        ])  # fmt: skip
        await self._events.act(self._rng.choice(self._reported), action, data=data)

    async def _measure(self) -> None:
        await measured(self._desk, self._rng.choice((20, 25, 29)))

    async def _set_policy(self) -> None:
        self._version += 1
        name, units = self._rng.choice([
            ("repair.triage", "minutes"),
            ("repair.approval_director", "working_days"),
            ("alarm.to_vice_director", "minutes"),
            ("adverse_event.clock_serious", "calendar_days"),
            ("adverse_event.unacknowledged_head", "minutes"),
        ])  # fmt: skip
        await self._desk.db.execute(
            "INSERT INTO policy (organisation_id, name, value, source, version, valid_from, inherits) "
            "VALUES ($1, $2, $3, 'a test', $4, $5, $6)",
            self._rng.choice((self._desk.world.hospital, self._desk.world.department)),
            name,
            {"amount": self._rng.randrange(1, 60), "unit": units},
            self._version,
            self._desk.business.now() + timedelta(minutes=self._rng.choice((0, 0, 45))),
            self._rng.random() < 0.3,
        )


@pytest.mark.parametrize("seed", range(2))
async def test_a_life_with_the_service_up_has_no_miss(database_url: str, seed: int) -> None:
    async with open_desk(database_url) as desk:
        await give_channels(desk.db)
        officials = await add_officials(desk.db, desk.world.hospital)
        await raised(desk, 29)
        life = Life(desk, Events(desk, officials), seed)
        for _ in range(3):
            await life.live(25)
            await desk.db.execute(SENT)
            assert await audited(desk) == []
        assert await desk.value("SELECT promises FROM auditor_round") > 20


async def test_whatever_timer_of_a_life_is_lost_is_missed(database_url: str) -> None:
    async with open_desk(database_url) as desk:
        await give_channels(desk.db)
        officials = await add_officials(desk.db, desk.world.hospital)
        await raised(desk, 29)
        life = Life(desk, Events(desk, officials), 1)
        await life.live(40)
        lost = await desk.db.fetch("DELETE FROM timer WHERE fired_at IS NULL RETURNING rule, rung, due_at")
        await life.live(30)
        await desk.db.execute(SENT)
        assert {rule for _, rule, _ in await audited(desk)} <= {row["rule"] for row in lost} != set()
