"""Each second around each limit of each clock, in words of the law and in the running service."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from storage.facts import Facts
from tests.support.events import HANDLED, Events, shanghai
from tests.support.tables import bare_facts
from workflows.adverse_event.clocks import (
    SHARES,
    Watch,
    clock_of,
    clocks,
    due_words,
    minutes_left,
    reminder_is_needless,
)
from workflows.adverse_event.machine import ADVERSE_EVENT
from workflows.engine import Outcome

SECOND = timedelta(seconds=1)
# What is known of the event, which clock, and its due instant for knowledge on 2026-03-02 at 09:00 in Shanghai.
LIMITS: dict[str, tuple[dict[str, Any], Watch, str]] = {
    "death": ({"outcome": "death"}, Watch.NATIONAL, "2026-03-10 00:00"),
    "serious injury": ({"outcome": "serious_injury"}, Watch.NATIONAL, "2026-03-23 00:00"),
    "may cause it": ({"outcome": "may_cause"}, Watch.NATIONAL, "2026-03-23 00:00"),
    "group, 12 hours": ({"is_group": True}, Watch.PROVINCE, "2026-03-02 21:00"),
    "group, 24 hours": ({"is_group": True}, Watch.EACH_CASE, "2026-03-03 09:00"),
    "hospital, 48 hours": ({}, Watch.HOSPITAL, "2026-03-04 09:00"),
}
DONE = {
    Watch.NATIONAL: ("report_national", "national_reported_at"),
    Watch.PROVINCE: ("tell_province", "province_told_at"),
    Watch.EACH_CASE: ("report_each", "each_reported_at"),
}


def known(**detail: Any) -> Facts:
    return replace(bare_facts(ADVERSE_EVENT), detail=detail)


def died(at: str) -> datetime:
    """When a death that was known at that time is to be reported."""
    clock = clock_of(Watch.NATIONAL, known(knowledge=[{"outcome": "death", "at": shanghai(at).isoformat()}]))
    assert clock is not None
    return clock.due


@pytest.mark.parametrize(
    ("known_at", "due"),
    [
        ("2026-03-02 00:00:00", "2026-03-10 00:00"),
        ("2026-03-02 23:59:59", "2026-03-10 00:00"),
        ("2026-02-25 10:00:00", "2026-03-05 00:00"),
        ("2028-02-25 10:00:00", "2028-03-04 00:00"),
        ("2028-02-29 10:00:00", "2028-03-08 00:00"),
        ("2026-12-28 10:00:00", "2027-01-05 00:00"),
        ("2026-10-01 10:00:00", "2026-10-09 00:00"),
    ],
)
def test_days_of_the_law_are_counted_by_the_calendar(known_at: str, due: str) -> None:
    assert died(known_at) == shanghai(due)


def test_against_counting_days_one_by_one() -> None:
    """An independent count: the day of knowledge is day 0, day 7 is the last."""
    for offset in range(0, 1500, 13):
        day = date(2026, 1, 1) + timedelta(days=offset)
        last = day
        for _ in range(7):
            last += timedelta(days=1)
        assert died(f"{day} 13:30") == shanghai(f"{last} 23:59:59") + SECOND


def test_the_day_is_that_of_shanghai() -> None:
    late = datetime.fromisoformat("2026-03-01T16:00:00+00:00")
    clock = clock_of(Watch.NATIONAL, known(knowledge=[{"outcome": "death", "at": late.isoformat()}]))
    assert clock is not None
    assert clock.due == shanghai("2026-03-10 00:00")
    assert due_words(clock) == "2026-03-09 24:00"


@pytest.mark.parametrize(("late", "in_time"), [(-1, True), (0, True), (1, False)])
def test_exactly_twelve_hours_are_in_time(late: int, in_time: bool) -> None:
    start = shanghai("2026-03-02 09:00")
    told = start + timedelta(hours=12, seconds=late)
    clock = clock_of(Watch.PROVINCE, known(group_known_at=start, province_told_at=told))
    assert clock is not None
    assert clock.in_time is in_time


def test_of_two_knowledges_the_earlier_due_time_counts() -> None:
    serious = {"outcome": "serious_injury", "at": shanghai("2026-03-02 09:00").isoformat()}
    soon, late = (
        {"outcome": "death", "at": shanghai(at).isoformat()}
        for at in ("2026-03-05 09:00", "2026-03-20 09:00")
    )
    dues = [clock_of(Watch.NATIONAL, known(knowledge=[serious, death])) for death in (soon, late)]
    assert [clock.due for clock in dues if clock] == [
        shanghai("2026-03-13 00:00"),
        shanghai("2026-03-23 00:00"),
    ]


def test_an_event_without_serious_outcome_has_the_hospitals_clock_alone() -> None:
    facts = known(outcome="other", known_at=shanghai("2026-03-02 09:00"), knowledge=[])
    assert [clock.watch for clock in clocks(facts)] == [Watch.HOSPITAL]


def test_what_is_left_is_told_in_whole_minutes_and_never_negative() -> None:
    clock = clock_of(Watch.HOSPITAL, known(known_at=shanghai("2026-03-02 09:00")))
    assert clock is not None
    assert minutes_left(clock, clock.due - timedelta(hours=30, seconds=59)) == 1800
    assert minutes_left(clock, clock.due + SECOND) == 0


def test_of_reminders_that_an_outage_made_late_only_the_last_is_told() -> None:
    start = shanghai("2026-03-02 09:00")
    for hours, told in ((23, []), (24, [0.5]), (36, [0.75]), (43.2, [0.9]), (48, [])):
        facts = replace(known(known_at=start), now=start + timedelta(hours=hours))
        due = [share for share in SHARES if start + timedelta(hours=48) * share <= facts.now]
        assert [s for s in due if not reminder_is_needless(Watch.HOSPITAL, s, facts)] == told


async def test_each_clock_passes_after_its_limit_and_not_at_it(events: Events) -> None:
    cases = {name: await events.report(**data) for name, (data, _, _) in LIMITS.items()}
    dues = {name: shanghai(limit) for name, (_, _, limit) in LIMITS.items()}
    moments = {due + late * SECOND for due in dues.values() for late in (-1, 0, 1)}
    for moment in sorted(moments):
        await events.at(moment)
        passed = {name for name, case in cases.items() if await recorded(events, case, LIMITS[name][1])}
        assert passed == {name for name, due in dues.items() if moment > due}, moment


async def test_clocks_that_passed_while_the_service_was_down_are_recorded_once(events: Events) -> None:
    cases = {name: await events.report(**data) for name, (data, _, _) in LIMITS.items()}
    await events.later(timedelta(days=60))
    await events.later(timedelta(days=1))
    for name, (_, watch, limit) in LIMITS.items():
        assert await recorded(events, cases[name], watch) == [(watch, shanghai(limit))], name
        told = await events.told(cases[name], f"{watch}_passed")
        assert sorted(told) == [(events.desk.world.head, None), (events.who.safety, None)]
        assert await events.told(cases[name], f"{watch}_50") == []


@pytest.mark.parametrize("name", [name for name, limit in LIMITS.items() if limit[1] in DONE])
async def test_what_was_done_in_time_is_no_passed_clock_also_when_it_is_entered_after_an_outage(
    events: Events, name: str
) -> None:
    data, watch, limit = LIMITS[name]
    cases = [await events.report(**data) for _ in range(3)]
    events.desk.real.forward(shanghai(limit) + timedelta(minutes=5) - events.desk.real.now())
    action, field = DONE[watch]
    for case, late in zip(cases, (-1, 0, 1), strict=True):
        await events.act(case, action, data={field: (shanghai(limit) + late * SECOND).isoformat()})
    await events.later(timedelta(days=1))
    assert [len(await recorded(events, case, watch)) for case in cases] == [0, 0, 1]


async def test_handling_within_exactly_48_hours_is_in_time(events: Events) -> None:
    cases = [await events.graded(await events.report()) for _ in range(3)]
    for case, late in zip(cases, (-1, 0, 1), strict=True):
        await events.at(shanghai("2026-03-04 09:00") + late * SECOND)
        await events.act(case, "handle", data=HANDLED)
    await events.later(timedelta(days=1))
    assert [len(await recorded(events, case, Watch.HOSPITAL)) for case in cases] == [0, 0, 1]


async def recorded(events: Events, case: Outcome, watch: Watch) -> list[tuple[str, datetime]]:
    """The records that a clock has passed: which, and its due instant."""
    rows = await events.desk.db.fetch(
        "SELECT data->>'clock' AS clock, data->>'limit' AS due FROM step WHERE case_id = $1 AND action = $2",
        case.case_id,
        f"{watch}_passed",
    )
    return [(row["clock"], datetime.fromisoformat(row["due"])) for row in rows]
