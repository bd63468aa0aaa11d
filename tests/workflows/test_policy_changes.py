"""Running deadlines follow a policy as soon as it holds, each process alike, and nothing is told twice."""

from datetime import timedelta

import pytest

from storage.clock import SHANGHAI
from tests.support.desk import TRIAGE, Desk
from workflows.engine import Outcome

HOUR = timedelta(hours=1)


async def hours(desk: Desk, name: str, amount: int, version: int = 1, ahead: timedelta = timedelta()) -> None:
    """A version of a policy at the hospital, that holds so much later."""
    await desk.set_policy(desk.world.hospital, name, {"amount": amount, "unit": "hours"}, version)
    await desk.db.execute(
        "UPDATE policy SET valid_from = $3 WHERE name = $1 AND version = $2",
        name,
        version,
        desk.clocks.business.now() + ahead,
    )


async def waiting(desk: Desk, case: Outcome) -> list[timedelta]:
    """How far ahead the waiting timers of the case are."""
    rows = await desk.db.fetch(
        "SELECT due_at FROM timer WHERE case_id = $1 AND fired_at IS NULL ORDER BY due_at", case.case_id
    )
    return [row["due_at"] - desk.clocks.business.now() for row in rows]


async def test_a_running_deadline_that_is_lengthened_ends_later(desk: Desk) -> None:
    case = await desk.report()
    await hours(desk, "repair.triage", 5)
    await desk.deadlines.run_due()
    assert await waiting(desk, case) == [2 * HOUR, 5 * HOUR]
    await desk.move_clock(HOUR)
    assert await desk.reminders(case) == []


async def test_one_that_is_shortened_to_the_past_is_due_at_once_and_told_once(desk: Desk) -> None:
    case = await desk.report()
    await desk.move_clock(HOUR)
    await hours(desk, "repair.triage_head", 1)
    assert await desk.deadlines.run_due() == 1
    await hours(desk, "repair.triage_head", 3, version=2)
    await desk.move_clock(9 * HOUR)
    assert [(rule, rung) for rule, rung, _ in await desk.reminders(case)] == [("triage", 0), ("triage", 1)]


async def test_a_policy_counts_from_its_day_also_when_the_clock_leaps(desk: Desk) -> None:
    case = await desk.report()
    await hours(desk, "repair.triage_head", 10, ahead=HOUR)
    await desk.deadlines.run_due()
    assert max(await waiting(desk, case)) == 2 * HOUR
    await desk.move_clock(9 * HOUR)
    assert await waiting(desk, case) == [HOUR]


async def test_going_back_to_what_stands_above_moves_them_back(desk: Desk) -> None:
    case = await desk.report()
    await hours(desk, "repair.triage_head", 10)
    await desk.deadlines.run_due()
    await hours(desk, "repair.triage_head", 10, version=2)
    await desk.db.execute("UPDATE policy SET inherits = true WHERE version = 2")
    await desk.deadlines.run_due()
    assert max(await waiting(desk, case)) == 2 * HOUR


async def test_a_nearer_organisations_own_policy_stays(desk: Desk) -> None:
    case = await desk.report()
    await desk.set_policy(desk.world.department, "repair.triage_head", {"amount": 4, "unit": "hours"})
    await hours(desk, "repair.triage_head", 10)
    await desk.deadlines.run_due()
    assert max(await waiting(desk, case)) == 4 * HOUR


async def test_a_state_that_was_left_and_a_closed_case_are_left_alone(desk: Desk) -> None:
    case = await desk.act(await desk.report(), "triage", desk.world.engineer, TRIAGE)
    before = await desk.db.fetch("SELECT id, due_at FROM timer ORDER BY id")
    await hours(desk, "repair.triage", 5)
    await desk.deadlines.run_due()
    assert await desk.db.fetch("SELECT id, due_at FROM timer ORDER BY id") == before
    assert case.state == "triaged"


async def test_what_cannot_be_reckoned_keeps_its_deadlines_and_holds_up_nothing(desk: Desk) -> None:
    case = await desk.report()
    await desk.set_policy(desk.world.hospital, "repair.triage", {"amount": "soon"})
    assert await desk.deadlines.run_due() == 0
    assert await waiting(desk, case) == [HOUR / 2, 2 * HOUR]


async def test_it_is_on_record_once_how_many_were_moved(desk: Desk) -> None:
    await desk.report()
    await desk.report()
    await hours(desk, "repair.triage", 5)
    await desk.deadlines.run_due()
    await desk.deadlines.run_due()
    rows = await desk.db.fetch("SELECT subject, after FROM audit WHERE action = 'policy.apply'")
    assert [(row["subject"], row["after"]["deadlines_moved"]) for row in rows] == [("repair.triage", 2)]


@pytest.mark.parametrize("unit", ["calendar_days", "working_days"])
async def test_days_are_counted_anew_from_the_entry_of_the_state(desk: Desk, unit: str) -> None:
    case = await desk.report()
    await desk.set_policy(desk.world.hospital, "repair.triage", {"amount": 1, "unit": unit})
    await desk.deadlines.run_due()
    rows = await desk.db.fetch("SELECT due_at FROM timer WHERE case_id = $1 AND rung = 0", case.case_id)
    assert rows[0]["due_at"].astimezone(SHANGHAI).isoformat() == "2026-03-04T00:00:00+08:00"
