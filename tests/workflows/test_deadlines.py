"""Ladders are climbed rung by rung, each once, at business times, whatever happens to the process."""

import asyncio
from datetime import datetime, timedelta

import pytest

from storage import business_time
from storage.database import Database
from tests.support.desk import TRIAGE, Desk, desk_on
from tests.support.world import add_person
from workflows.deadlines import TOGETHER
from workflows.engine import Outcome
from workflows.identity.roles import Role

HALF_HOUR, TWO_HOURS = timedelta(minutes=30), timedelta(hours=2)


async def test_first_the_engineers_are_reminded_then_their_head_each_once(desk: Desk) -> None:
    case = await desk.report()
    assert await later(desk, timedelta(minutes=29, seconds=59)) == 0
    assert await later(desk, timedelta(seconds=1)) == 1
    assert await desk.told(case, 2) == [
        ("triage_waits", desk.world.engineer),
        ("triage_waits", desk.world.second_engineer),
    ]
    assert await later(desk, timedelta(minutes=90)) == 1
    assert await desk.told(case, 3) == [("triage_overdue", desk.world.head)]
    assert await later(desk, timedelta(days=30)) == 0


async def test_the_reporter_is_asked_again_then_the_departments_head(desk: Desk) -> None:
    case = await desk.repaired()
    await desk.move_clock(timedelta(days=9))
    told = [await desk.told(case, case.version + rung) for rung in (1, 2)]
    assert told == [
        [("please_confirm_again", desk.world.reporter)],
        [("confirmation_overdue", desk.world.department_head)],
    ]
    assert [at for _, _, at in await desk.reminders(case)] == [shanghai(4), shanghai(6)]


async def test_an_approval_that_waits_goes_to_the_head_again_then_to_the_vice_director(desk: Desk) -> None:
    director = await add_person(desk.db, desk.world.hospital, "Director", Role.VICE_DIRECTOR)
    case = await desk.triaged("180000")
    await desk.move_clock(timedelta(days=4))
    told = [await desk.told(case, case.version + rung) for rung in (1, 2)]
    assert told == [[("approval_waits", desk.world.head)], [("approval_overdue", director)]]
    assert (await desk.act(case, "approve", director)).state == "triaged"


async def test_a_state_that_was_left_reminds_nobody(desk: Desk) -> None:
    case = await desk.report()
    await desk.act(case, "triage", desk.world.engineer, TRIAGE)
    assert await later(desk, timedelta(days=1)) == 0
    assert await desk.reminders(case) == []


async def test_a_state_entered_anew_begins_its_ladder_anew(desk: Desk) -> None:
    case = await desk.repaired()
    await desk.move_clock(timedelta(days=2))
    case = await desk.act(case, "reopen", desk.world.reporter, {"reason": "noise"})
    case = await desk.act(case, "finish", desk.world.engineer, {"work_done": "again", "cost": "0"})
    await desk.move_clock(timedelta(days=9))
    assert [(rule, rung) for rule, rung, _ in await desk.reminders(case)] == [
        ("confirmation", 0),
        ("confirmation", 0),
        ("confirmation", 1),
    ]


async def test_a_reminder_makes_no_card_stale(desk: Desk) -> None:
    case = await desk.report()
    await later(desk, HALF_HOUR)
    assert (await desk.act(case, "triage", desk.world.engineer, TRIAGE)).version == 3


async def test_processes_that_run_at_once_fire_each_timer_once(desk: Desk) -> None:
    cases = [await desk.report() for _ in range(5)]
    desk.real.forward(timedelta(hours=3))
    fired = await asyncio.gather(*(process(desk).deadlines.run_due() for _ in range(3)))
    assert sum(fired) == 10
    for case in cases:
        assert [rung for _, rung, _ in await desk.reminders(case)] == [0, 1]


async def test_after_an_outage_the_rungs_come_in_their_order(desk: Desk) -> None:
    first, second = await desk.report(), await desk.report()
    assert await later(desk, timedelta(days=2)) == 4
    assert await due_times_fired(desk) == sorted(await due_times_fired(desk))
    assert await desk.told(first, 2) == await desk.told(second, 2)
    assert await desk.told(first, 3) == [("triage_overdue", desk.world.head)]


async def test_a_timer_that_cannot_fire_does_not_hold_up_the_others(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned, healthy = await desk.report(), await desk.report()
    await poison(desk, poisoned)
    assert await later(desk, TWO_HOURS) == 4
    assert await desk.reminders(poisoned) == []
    assert [rung for _, rung, _ in await desk.reminders(healthy)] == [0, 1]


async def test_a_timer_that_failed_fires_once_the_cause_is_gone(desk: Desk) -> None:
    case = await desk.report()
    await poison(desk, case)
    await later(desk, HALF_HOUR)
    await desk.db.execute("UPDATE work_case SET workflow = 'repair'")
    assert await desk.deadlines.run_due() == 0
    await later(desk, timedelta(seconds=30))
    assert [rung for _, rung, _ in await desk.reminders(case)] == [0]


async def test_a_failing_timer_does_not_stop_a_moved_clock(desk: Desk) -> None:
    poisoned, healthy = await desk.report(), await desk.report()
    await poison(desk, poisoned)
    await desk.move_clock(timedelta(hours=4))
    assert [rung for _, rung, _ in await desk.reminders(healthy)] == [0, 1]
    assert desk.business.now() == desk.real.now() + timedelta(hours=4)


async def test_a_moved_clock_halts_at_every_timer(desk: Desk) -> None:
    opened = desk.real.now()
    first = await desk.report()
    await desk.move_clock(timedelta(minutes=10))
    second = await desk.report()
    await desk.move_clock(timedelta(hours=5))
    assert [at - opened for _, _, at in await desk.reminders(first)] == [HALF_HOUR, TWO_HOURS]
    offset = timedelta(minutes=10)
    assert [at - opened - offset for _, _, at in await desk.reminders(second)] == [HALF_HOUR, TWO_HOURS]
    assert desk.business.now() == opened + timedelta(hours=5, minutes=10)


async def test_processes_that_step_a_moved_clock_at_once_agree(desk: Desk) -> None:
    case, opened = await desk.report(), desk.real.now()
    async with desk.db.connection() as connection:
        await business_time.advance(connection, timedelta(days=1).total_seconds())
    others = [process(desk) for _ in range(3)]
    await asyncio.gather(*(other.deadlines.run_due() for other in others))
    assert [at - opened for _, _, at in await desk.reminders(case)] == [HALF_HOUR, TWO_HOURS]
    ends = {await business_time.current(desk.db, other.business) for other in others}
    assert ends == {opened + timedelta(days=1)}


@pytest.mark.parametrize("seconds", [0, -1, -3600.0])
async def test_business_time_never_moves_back(desk: Desk, seconds: float) -> None:
    async with desk.db.connection() as connection:
        with pytest.raises(ValueError, match="forward"):
            await business_time.advance(connection, seconds)
        assert not (await business_time.read(connection)).moving


async def test_timers_and_the_moved_clock_outlive_a_restart(desk: Desk) -> None:
    case, opened = await desk.report(), desk.real.now()
    await desk.move_clock(timedelta(minutes=20))
    async with Database.open(desk.db.dsn) as db:
        restarted = desk_on(db, desk.world, desk.administrator, desk.stranger, desk.real)
        desk.real.forward(timedelta(minutes=10))
        assert await restarted.deadlines.run_due() == 1
    assert [at - opened for _, _, at in await desk.reminders(case)] == [HALF_HOUR]


async def test_a_rung_that_the_table_lost_is_moot(desk: Desk) -> None:
    await desk.report()
    await desk.db.execute("UPDATE timer SET rule = 'of an older table'")
    assert await later(desk, timedelta(days=1)) == 2
    outcomes = await desk.db.fetch("SELECT outcome FROM timer")
    assert [row["outcome"] for row in outcomes] == ["moot", "moot"]


async def later(desk: Desk, by: timedelta) -> int:
    """Let real time pass, then fire what is due; how many did."""
    desk.real.forward(by)
    return await desk.deadlines.run_due()


def process(desk: Desk) -> Desk:
    """The same service once more, with clocks of its own."""
    return desk_on(desk.db, desk.world, desk.administrator, desk.stranger, desk.real)


async def poison(desk: Desk, case: Outcome) -> None:
    """Let the case be of a workflow that this version does not know."""
    await desk.db.execute("UPDATE work_case SET workflow = 'unknown' WHERE id = $1", case.case_id)


async def due_times_fired(desk: Desk) -> list[datetime]:
    """The due times of the reminders in the order of their steps."""
    rows = await desk.db.fetch("SELECT data->>'due_at' AS due FROM step WHERE action = 'remind' ORDER BY id")
    return [datetime.fromisoformat(row["due"]) for row in rows]


def shanghai(day: int) -> datetime:
    """The beginning of a day in March 2026."""
    return datetime.fromisoformat(f"2026-03-{day:02}T00:00:00+08:00")


async def test_while_more_are_due_than_fire_at_once_what_can_wait_is_to_wait(desk: Desk) -> None:
    for number in range(TOGETHER + 2):
        await desk.report(key=f"fault {number}")
    catching_up: list[bool] = []
    desk.real.forward(HALF_HOUR)
    await desk.deadlines.run_due(lambda: catching_up.append(desk.deadlines.catches_up))
    assert catching_up == [False] * TOGETHER + [True] * 2
    assert not desk.deadlines.catches_up
