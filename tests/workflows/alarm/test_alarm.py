"""The road of an alarm: acknowledged with one press, climbing when nobody answers, over by itself."""

from datetime import timedelta

import pytest

from storage.failpoints import NoFailPoints
from telemetry.intake import Intake
from tests.support.desk import Desk
from tests.support.gateways import add_band, add_gateway, said
from tests.support.world import add_person
from workflows.engine import Outcome
from workflows.errors import NotPermitted
from workflows.identity.roles import Role

MINUTE = timedelta(minutes=1)


async def raised(desk: Desk, value: float) -> Outcome:
    """The case of a room that is too warm: above 24 a warning, above 28 an alarm."""
    if await desk.value("SELECT count(*) FROM gateway") == 0:
        await add_gateway(desk.db, desk.world.hospital)
        await add_band(desk.db, desk.world.device, warning_high=24.0, alarm_high=28.0)
    return await measured(desk, value)


async def measured(desk: Desk, value: float) -> Outcome:
    """The case as it is after the sensor has said that."""
    desk.real.forward(timedelta(seconds=1))
    intake = Intake(desk.db, desk.engine, desk.real, NoFailPoints())
    await intake.take([said(desk.real.now(), value)])
    row = await desk.db.fetchrow("SELECT id, number, state, version FROM work_case ORDER BY id DESC")
    assert row is not None
    return Outcome(*row)


async def test_message_of_an_alarm_goes_before_any_backlog_and_its_end_in_its_turn(desk: Desk) -> None:
    await raised(desk, 29)
    ahead = "SELECT next_at - due_at FROM message ORDER BY id DESC LIMIT 1"
    assert await desk.value(ahead) == timedelta(days=1)
    await measured(desk, 20)
    assert await desk.value(ahead) == timedelta()


@pytest.mark.parametrize(("value", "kind"), [(25, "warning"), (29, "alarm")])
async def test_engineers_are_told_and_acknowledge_with_one_press(desk: Desk, value: float, kind: str) -> None:
    case = await raised(desk, value)
    engineers = [desk.world.engineer, desk.world.second_engineer]
    assert await desk.told(case) == [(kind, engineer) for engineer in engineers]
    variables = await desk.value("SELECT variables FROM message LIMIT 1")
    assert (variables["value"], variables["since"]) == (f"{value} °C", "2026-03-02 09:00:01")
    view = await desk.cases.view(await desk.viewer(desk.world.engineer), case.number)
    assert [o.action for o in view.offers if o.one_press] == ["acknowledge"]
    seen = await desk.act(case, "acknowledge", desk.world.engineer)
    assert seen.state == "acknowledged"


async def test_an_alarm_that_nobody_acknowledges_climbs_to_the_vice_director(desk: Desk) -> None:
    director = await add_person(desk.db, desk.world.hospital, "Vice-director", Role.VICE_DIRECTOR)
    case = await raised(desk, 29)
    told = []
    for minutes in (5, 10, 15):
        await desk.move_clock(timedelta(minutes=minutes))
        told += await desk.told(case, await desk.value("SELECT version FROM work_case"))
    engineers = [desk.world.engineer, desk.world.second_engineer]
    assert told == [
        *[("unacknowledged", engineer) for engineer in engineers],
        ("nobody_answers", desk.world.head),
        ("nobody_answers", director),
    ]


async def test_a_warning_climbs_no_higher_than_the_head(desk: Desk) -> None:
    await add_person(desk.db, desk.world.hospital, "Vice-director", Role.VICE_DIRECTOR)
    case = await raised(desk, 25)
    await desk.move_clock(timedelta(hours=2))
    assert [rung for _, rung, _ in await desk.reminders(case)] == [0, 1]


async def test_who_has_acknowledged_is_not_climbed_past(desk: Desk) -> None:
    case = await raised(desk, 29)
    await desk.act(case, "acknowledge", desk.world.engineer)
    await desk.move_clock(timedelta(hours=2))
    assert await desk.reminders(case) == []


async def test_what_was_acknowledged_and_does_not_end_is_told_once_more(desk: Desk) -> None:
    case = await desk.act(await raised(desk, 29), "acknowledge", desk.world.engineer)
    await desk.move_clock(timedelta(hours=4) - MINUTE)
    assert await desk.reminders(case) == []
    await desk.move_clock(timedelta(days=2))
    engineers = (desk.world.engineer, desk.world.second_engineer)
    told = await desk.told(case, case.version + 1)
    assert told == [("still_on", person) for person in sorted((*engineers, desk.world.head))]
    assert len(await desk.reminders(case)) == 1


async def test_a_warning_that_becomes_an_alarm_must_be_acknowledged_anew(desk: Desk) -> None:
    case = await raised(desk, 25)
    await desk.act(case, "acknowledge", desk.world.engineer)
    worse = await measured(desk, 29)
    assert (worse.case_id, worse.state) == (case.case_id, "raised")
    assert ("alarm", desk.world.engineer) in await desk.told(worse)


async def test_it_clears_by_itself_and_is_closed_with_its_cause(desk: Desk) -> None:
    case = await raised(desk, 29)
    over = await measured(desk, 21)
    assert over.state == "cleared"
    closed = await desk.act(over, "close", desk.world.engineer, {"cause": "filter blocked"})
    assert closed.state == "closed"
    assert [action for action, _ in await desk.steps(case)] == ["alarm", "clear", "close"]


async def test_the_time_in_alarm_is_told(desk: Desk) -> None:
    await raised(desk, 29)
    desk.real.forward(timedelta(minutes=61))
    over = await measured(desk, 21)
    variables = await desk.value("SELECT variables FROM message WHERE kind = 'alarm.cleared' LIMIT 1")
    assert (over.state, variables["lasted"]) == ("cleared", "1:01:01")


async def test_people_cannot_raise_worsen_or_clear(desk: Desk) -> None:
    case = await raised(desk, 29)
    for action in ("clear", "worsen"):
        with pytest.raises(NotPermitted):
            await desk.act(case, action, desk.world.engineer, {})


async def test_an_alarm_whose_cause_nobody_notes_is_asked_for(desk: Desk) -> None:
    await raised(desk, 29)
    over = await measured(desk, 21)
    await desk.move_clock(timedelta(days=2))
    assert ("closing", 0) in [(rule, rung) for rule, rung, _ in await desk.reminders(over)]
