"""Helium and oxygen too low at once: the first is told of at once, the second joins its case, in either order."""

from datetime import timedelta
from typing import Any

import pytest

from storage.failpoints import NoFailPoints
from telemetry.intake import Intake
from tests.support.desk import Desk
from tests.support.gateways import add_band, said
from tests.support.world import add_device
from workflows.engine import Outcome

SECOND = timedelta(seconds=1)
LOW = {"helium_level": 40.0, "oxygen": 18.2}
FINE = {"helium_level": 80.0, "oxygen": 20.9}
ORDERS = [("helium_level", "oxygen"), ("oxygen", "helium_level")]


@pytest.fixture
async def intake(desk: Desk) -> Intake:
    await add_band(desk.db, desk.world.device, "helium_level", warning_low=65.0, alarm_low=60.0)
    await add_band(desk.db, desk.world.device, "oxygen", alarm_low=19.5)
    return Intake(desk.db, desk.engine, desk.real, NoFailPoints())


async def measured(desk: Desk, intake: Intake, metric: str, value: float) -> Outcome:
    """The newest case after a sensor has said that."""
    desk.real.forward(SECOND)
    await intake.take([said(desk.real.now(), value, metric=metric)])
    row = await desk.db.fetchrow("SELECT id, number, state, version FROM work_case ORDER BY id DESC LIMIT 1")
    assert row is not None
    return Outcome(*row)


async def newest(desk: Desk) -> dict[str, Any]:
    """The message that was written last."""
    row = await desk.db.fetchrow("SELECT kind, severity, variables FROM message ORDER BY id DESC LIMIT 1")
    assert row is not None
    return dict(row)


async def kinds(desk: Desk) -> list[str]:
    rows = await desk.db.fetch("SELECT kind, min(id) FROM message GROUP BY kind, case_version ORDER BY 2")
    return [row["kind"].partition(".")[2] for row in rows]


@pytest.mark.parametrize(("first", "second"), ORDERS)
async def test_the_first_is_told_at_once_and_the_second_joins_its_case(
    desk: Desk, intake: Intake, first: str, second: str
) -> None:
    alone = await measured(desk, intake, first, LOW[first])
    assert await kinds(desk) == ["keep_out" if first == "oxygen" else "alarm"]
    both = await measured(desk, intake, second, LOW[second])
    assert (both.case_id, both.state) == (alone.case_id, "raised")
    told = await newest(desk)
    assert (told["kind"], told["severity"]) == ("alarm.quench", "critical")
    assert told["variables"]["what_text"] == "suspected quench, keep out"
    assert told["variables"]["with_value"] == ("18.2 °C < 19.5 °C" if second == "oxygen" else "40 °C < 60 °C")


@pytest.mark.parametrize(("first", "second"), ORDERS)
async def test_a_quench_is_acknowledged_anew_and_the_head_is_told_with_the_engineers(
    desk: Desk, intake: Intake, first: str, second: str
) -> None:
    alone = await measured(desk, intake, first, LOW[first])
    await desk.act(alone, "acknowledge", desk.world.engineer)
    both = await measured(desk, intake, second, LOW[second])
    assert (both.case_id, both.state) == (alone.case_id, "raised")
    world = desk.world
    people = sorted((world.engineer, world.second_engineer, world.head))
    assert await desk.told(both) == [("quench", person) for person in people]
    assert (await desk.act(both, "acknowledge", world.engineer)).state == "acknowledged"


@pytest.mark.parametrize(("back", "still"), ORDERS)
async def test_one_value_that_is_back_ends_nothing_and_is_said(
    desk: Desk, intake: Intake, back: str, still: str
) -> None:
    for metric in ("helium_level", "oxygen"):
        await measured(desk, intake, metric, LOW[metric])
    case = await measured(desk, intake, back, FINE[back])
    assert case.state == "raised"
    row = await desk.db.fetchrow("SELECT metric, with_metric, suspected_quench FROM alarm")
    assert row is not None
    assert tuple(row) == (still, None, True)
    told = await newest(desk)
    assert told["kind"] == "alarm.eased"
    assert (told["variables"]["value"], told["variables"]["with_text"]) == (f"{LOW[still]:g} °C", "")
    over = await measured(desk, intake, still, FINE[still])
    assert (over.case_id, over.state) == (case.case_id, "cleared")
    assert (await newest(desk))["variables"]["after_text"].startswith("Measure the oxygen")


async def test_what_was_back_and_falls_again_joins_again(desk: Desk, intake: Intake) -> None:
    for metric in ("helium_level", "oxygen"):
        await measured(desk, intake, metric, LOW[metric])
    await measured(desk, intake, "oxygen", FINE["oxygen"])
    case = await measured(desk, intake, "oxygen", LOW["oxygen"])
    actions = [action for action, _ in await desk.steps(case)]
    assert actions == ["alarm", "suspect_quench", "ease", "suspect_quench"]
    assert await desk.value("SELECT count(*) FROM work_case") == 1


async def test_both_in_one_batch_are_one_case_with_both_messages(desk: Desk, intake: Intake) -> None:
    at = desk.real.now()
    await intake.take([said(at, LOW[metric], metric=metric) for metric in LOW])
    assert await kinds(desk) == ["alarm", "quench"]
    assert await desk.value("SELECT count(*) FROM work_case") == 1


async def test_a_suspected_quench_is_an_alarm_at_once_and_is_told_no_third_time(
    desk: Desk, intake: Intake
) -> None:
    await measured(desk, intake, "helium_level", 64)
    both = await measured(desk, intake, "oxygen", LOW["oxygen"])
    await desk.act(both, "acknowledge", desk.world.engineer)
    worse = await measured(desk, intake, "helium_level", 40)
    assert (worse.state, await kinds(desk)) == ("acknowledged", ["warning", "quench"])
    row = await desk.db.fetchrow("SELECT level, metric, value, with_value FROM alarm")
    assert row is not None
    assert tuple(row) == ("alarm", "helium_level", 40, LOW["oxygen"])


async def test_what_is_left_of_a_suspected_quench_and_worsens_is_told_with_its_words(
    desk: Desk, intake: Intake
) -> None:
    await measured(desk, intake, "helium_level", 64)
    await measured(desk, intake, "oxygen", LOW["oxygen"])
    eased = await measured(desk, intake, "oxygen", FINE["oxygen"])
    await desk.act(eased, "acknowledge", desk.world.engineer)
    worse = await measured(desk, intake, "helium_level", 40)
    assert (worse.state, (await newest(desk))["kind"]) == ("raised", "alarm.quench")


async def test_helium_that_was_ended_by_hand_draws_nobody_into_its_closed_case(
    desk: Desk, intake: Intake
) -> None:
    case = await measured(desk, intake, "helium_level", LOW["helium_level"])
    seen = await desk.act(case, "acknowledge", desk.world.engineer)
    await desk.act(seen, "dismiss", desk.world.engineer, {"reason": "gauge broken"})
    other = await measured(desk, intake, "oxygen", LOW["oxygen"])
    assert (other.case_id != case.case_id, (await newest(desk))["kind"]) == (True, "alarm.keep_out")


async def test_low_helium_of_one_room_and_oxygen_of_another_are_two_cases(desk: Desk, intake: Intake) -> None:
    other = await add_device(desk.db, desk.world.department, "MR-0002")
    await add_band(desk.db, other, "oxygen", alarm_low=19.5)
    await measured(desk, intake, "helium_level", LOW["helium_level"])
    await intake.take([said(desk.real.now(), 18.0, metric="oxygen", device="MR-0002")])
    assert await desk.value("SELECT count(*) FROM work_case WHERE state = 'raised'") == 2


async def test_too_much_oxygen_is_no_sign_of_a_quench(desk: Desk, intake: Intake) -> None:
    await desk.db.execute("UPDATE band SET alarm_high = 23.5 WHERE metric = 'oxygen'")
    await measured(desk, intake, "helium_level", LOW["helium_level"])
    await measured(desk, intake, "oxygen", 25)
    assert await desk.value("SELECT count(*) FROM work_case") == 2
    assert (await newest(desk))["variables"]["what_text"] == "too much oxygen, no flames"
