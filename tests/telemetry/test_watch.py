"""Sensors that fall silent, in the service's own time."""

from datetime import timedelta

import pytest

from storage.failpoints import NoFailPoints
from telemetry.intake import Intake
from telemetry.watch import Watch
from tests.support.desk import Desk
from tests.support.gateways import add_band, said
from workflows.engine import Outcome


@pytest.fixture
async def intake(desk: Desk) -> Intake:
    await add_band(desk.db, desk.world.device, no_data_s=60.0)
    return Intake(desk.db, desk.engine, desk.real, NoFailPoints())


@pytest.fixture
def watch(desk: Desk) -> Watch:
    return Watch(desk.db, desk.engine, desk.real, lambda: True)


async def test_silence_is_a_case_once_and_over_with_the_next_value(
    desk: Desk, intake: Intake, watch: Watch
) -> None:
    await intake.take([said(desk.real.now(), 21)])
    desk.real.forward(timedelta(seconds=60))
    assert await watch.round() == 0
    desk.real.forward(timedelta(seconds=1))
    assert [await watch.round(), await watch.round()] == [1, 0]
    desk.real.forward(timedelta(seconds=29))
    await intake.take([said(desk.real.now(), 21)])
    row = await desk.db.fetchrow("SELECT state, cleared_at - raised_at AS lasted FROM alarm, work_case")
    assert row is not None
    assert (row["state"], row["lasted"]) == ("cleared", timedelta(seconds=30))


async def test_a_burst_after_a_cut_ends_the_silence_when_it_arrives(
    desk: Desk, intake: Intake, watch: Watch
) -> None:
    at = desk.real.now()
    await intake.take([said(at, 21)])
    desk.real.forward(timedelta(seconds=180))
    assert await watch.round() == 1
    await intake.take([said(at + timedelta(seconds=10), *[21.0] * 17)])
    assert await desk.value("SELECT cleared_at - raised_at FROM alarm") == timedelta(seconds=120)
    assert await desk.value("SELECT count(*) FROM work_case") == 1
    assert await desk.value("SELECT count(*) FROM reading WHERE late") == 0


async def test_a_sensor_whose_clock_is_slow_is_not_silent_while_it_speaks(
    desk: Desk, intake: Intake, watch: Watch
) -> None:
    slow = timedelta(minutes=15)
    for _ in range(3):
        await intake.take([said(desk.real.now() - slow, 21)])
        desk.real.forward(timedelta(seconds=60))
        assert await watch.round() == 0
    desk.real.forward(timedelta(seconds=1))
    assert await watch.round() == 1
    await intake.take([said(desk.real.now() - slow, 21)])
    assert await desk.value("SELECT string_agg(state, ' ') FROM work_case") == "cleared"


async def test_who_is_deaf_does_not_judge(desk: Desk, intake: Intake) -> None:
    await intake.take([said(desk.real.now(), 21)])
    desk.real.forward(timedelta(hours=1))
    assert await Watch(desk.db, desk.engine, desk.real, lambda: False).round() == 0


async def test_a_device_out_of_use_may_be_silent(desk: Desk, intake: Intake, watch: Watch) -> None:
    await intake.take([said(desk.real.now(), 21)])
    await desk.db.execute("UPDATE device SET status = 'stopped'")
    desk.real.forward(timedelta(hours=1))
    assert await watch.round() == 0


async def test_a_raised_alarm_stays_raised_in_silence(desk: Desk, watch: Watch) -> None:
    await add_band(desk.db, desk.world.device, alarm_high=30.0, no_data_s=60.0)
    intake = Intake(desk.db, desk.engine, desk.real, NoFailPoints())
    await intake.take([said(desk.real.now(), 35)])
    desk.real.forward(timedelta(hours=1))
    assert await watch.round() == 1
    rows = await desk.db.fetch("SELECT c.state, a.side FROM work_case c JOIN alarm a ON a.case_id = c.id")
    assert sorted(tuple(row) for row in rows) == [("raised", "high"), ("raised", "no_data")]


async def test_a_device_that_says_nothing_any_more_is_one_case(
    desk: Desk, intake: Intake, watch: Watch
) -> None:
    await add_band(desk.db, desk.world.device, "room_humidity", no_data_s=90.0)
    at = desk.real.now()
    both = [said(at, 21), said(at, 50, metric="room_humidity")]
    await intake.take(both)
    for silent, seconds in ((1, 61), (1, 30)):
        desk.real.forward(timedelta(seconds=seconds))
        assert await watch.round() == silent
    now = desk.real.now()
    await intake.take([said(now, 21)])
    assert await desk.value("SELECT state FROM work_case") == "raised"
    await intake.take([said(now, 50, metric="room_humidity")])
    actions = [row["action"] for row in await desk.db.fetch("SELECT action FROM step ORDER BY id")]
    assert actions == ["fall_silent", "miss_more", "clear"]


async def test_a_new_silence_after_one_was_ended_by_hand_is_a_case_of_its_own(
    desk: Desk, intake: Intake, watch: Watch
) -> None:
    await add_band(desk.db, desk.world.device, "room_humidity", no_data_s=90.0)
    at = desk.real.now()
    await intake.take([said(at, 21), said(at, 50, metric="room_humidity")])
    desk.real.forward(timedelta(seconds=61))
    await watch.round()
    case = Outcome(await desk.value("SELECT id FROM work_case"), "", "raised", 1)
    seen = await desk.act(case, "acknowledge", desk.world.engineer)
    await desk.act(seen, "dismiss", desk.world.engineer, {"reason": "taken out"})
    desk.real.forward(timedelta(seconds=30))
    assert await watch.round() == 1
    assert await desk.value("SELECT count(*) FROM work_case WHERE state = 'raised'") == 1


async def test_a_silence_of_many_sensors_that_nobody_watched_is_one_case(desk: Desk, intake: Intake) -> None:
    await add_band(desk.db, desk.world.device, "room_humidity", no_data_s=60.0)
    at = desk.real.now() - timedelta(minutes=5)
    for second in (0, 100):
        later = at + timedelta(seconds=second)
        await intake.take([said(later, 21), said(later, 50, metric="room_humidity")])
    actions = [row["action"] for row in await desk.db.fetch("SELECT action FROM step ORDER BY id")]
    assert actions == ["fall_silent", "miss_more", "clear"]


async def test_a_sensor_with_limits_of_its_own_that_never_spoke_is_silent_after_its_time(
    desk: Desk, watch: Watch
) -> None:
    await add_band(desk.db, desk.world.device, no_data_s=60.0, placed_at=desk.real.now())
    desk.real.forward(timedelta(seconds=60))
    assert await watch.round() == 0
    desk.real.forward(timedelta(seconds=1))
    assert [await watch.round(), await watch.round()] == [1, 0]
    row = await desk.db.fetchrow("SELECT state, side, value FROM alarm, work_case")
    assert row is not None
    assert tuple(row) == ("raised", "no_data", None)
    intake = Intake(desk.db, desk.engine, desk.real, NoFailPoints())
    await intake.take([said(desk.real.now(), 21)])
    assert await desk.value("SELECT state FROM work_case") == "cleared"


async def test_limits_that_were_entered_as_rows_count_from_when_they_are_first_seen(
    desk: Desk, watch: Watch
) -> None:
    await add_band(desk.db, desk.world.device, no_data_s=60.0)
    assert await watch.round() == 0
    desk.real.forward(timedelta(seconds=61))
    assert await watch.round() == 1


async def test_nobody_waits_for_a_sensor_that_only_its_type_has_limits_for(desk: Desk, watch: Watch) -> None:
    assert await watch.round() == 0
    desk.real.forward(timedelta(days=1))
    assert await watch.round() == 0


async def test_limits_without_a_time_for_silence_wait_for_nobody(desk: Desk, watch: Watch) -> None:
    await add_band(desk.db, desk.world.device, alarm_high=30.0, placed_at=desk.real.now())
    desk.real.forward(timedelta(days=1))
    assert await watch.round() == 0


async def test_where_oxygen_is_silent_as_well_the_case_says_so_first(desk: Desk, watch: Watch) -> None:
    for metric in ("helium_level", "oxygen", "room_temperature"):
        await add_band(desk.db, desk.world.device, metric, no_data_s=60.0, placed_at=desk.real.now())
    desk.real.forward(timedelta(seconds=61))
    assert await watch.round() == 3
    assert await desk.value("SELECT metric FROM alarm") == "oxygen"
    assert await desk.value("SELECT count(DISTINCT kind) FROM message") == 1


async def test_oxygen_that_falls_silent_later_is_told_anew_and_said_to_be_back(
    desk: Desk, intake: Intake, watch: Watch
) -> None:
    await add_band(desk.db, desk.world.device, "oxygen", no_data_s=90.0)
    at = desk.real.now()
    await intake.take([said(at, 21), said(at, 20.9, metric="oxygen")])
    desk.real.forward(timedelta(seconds=61))
    await watch.round()
    case = Outcome(await desk.value("SELECT id FROM work_case"), "", "raised", 1)
    await desk.act(case, "acknowledge", desk.world.engineer)
    desk.real.forward(timedelta(seconds=30))
    await watch.round()
    assert await desk.value("SELECT state FROM work_case") == "raised"
    told = await desk.value("SELECT variables FROM message ORDER BY id DESC LIMIT 1")
    assert told["what_text"] == "no data: oxygen, measure first"
    await intake.take([said(desk.real.now(), 20.9, metric="oxygen")])
    assert await desk.value("SELECT metric FROM alarm") == "room_temperature"
    assert await desk.value("SELECT state FROM work_case") == "raised"
