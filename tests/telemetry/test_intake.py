"""A batch is taken whole, each reading once, and only from those who may speak."""

from datetime import timedelta
from typing import Any

import pytest

from storage.failpoints import NoFailPoints
from telemetry.intake import Arrived, Intake
from telemetry.watch import Watch
from tests.support.desk import Desk
from tests.support.gateways import add_band, add_gateway, said
from tests.support.world import add_device
from workflows.engine import Outcome


@pytest.fixture
def intake(desk: Desk) -> Intake:
    return Intake(desk.db, desk.engine, desk.real, NoFailPoints())


async def readings(desk: Desk) -> list[tuple[Any, ...]]:
    rows = await desk.db.fetch("SELECT measured_at, value, late FROM reading ORDER BY measured_at")
    return [tuple(row) for row in rows]


async def reasons(desk: Desk) -> list[str]:
    return [row["reason"] for row in await desk.db.fetch("SELECT reason FROM quarantine ORDER BY id")]


async def case(desk: Desk) -> tuple[str, str, str]:
    """State, level and side of the only case."""
    row = await desk.db.fetchrow(
        "SELECT c.state, a.level, a.side FROM work_case c JOIN alarm a ON a.case_id = c.id"
    )
    assert row is not None
    return row["state"], row["level"], row["side"]


async def test_values_are_stored_and_the_last_one_is_known(desk: Desk, intake: Intake) -> None:
    at = desk.real.now() - timedelta(minutes=1)
    tally = await intake.take([said(at, 21.5, 22), said(at + timedelta(seconds=20), 22.5)])
    assert (tally.stored, tally.rejected) == (3, 0)
    assert [value for _, value, _ in await readings(desk)] == [21.5, 22, 22.5]
    assert await desk.value("SELECT last_value FROM sensor_rule") == 22.5


async def test_a_message_that_comes_again_changes_nothing(desk: Desk, intake: Intake) -> None:
    message = said(desk.real.now() - timedelta(minutes=1), 35, 36, 37)
    await add_band(desk.db, desk.world.device, alarm_high=30.0)
    await intake.take([message])
    again = await intake.take([message, message])
    assert again.stored == 0
    assert len(await readings(desk)) == 3
    assert await desk.value("SELECT count(*) FROM work_case") == 1


async def test_a_late_value_is_stored_but_not_judged(desk: Desk, intake: Intake) -> None:
    at = desk.real.now() - timedelta(minutes=5)
    await add_band(desk.db, desk.world.device, alarm_high=30.0)
    await intake.take([said(at, 21)])
    await intake.take([said(at - timedelta(minutes=1), 99)])
    assert [(value, late) for _, value, late in await readings(desk)] == [(99, True), (21, False)]
    assert await desk.value("SELECT count(*) FROM work_case") == 0


async def test_an_alarm_worsens_and_clears_on_its_case(desk: Desk, intake: Intake) -> None:
    at = desk.real.now() - timedelta(minutes=5)
    await add_band(desk.db, desk.world.device, warning_high=25.0, alarm_high=30.0, hysteresis=1.0)
    await intake.take([said(at, 26)])
    assert await case(desk) == ("raised", "warning", "high")
    await intake.take([said(at + timedelta(seconds=60), 31)])
    assert await case(desk) == ("raised", "alarm", "high")
    await intake.take([said(at + timedelta(seconds=120), 24.5, 24)])
    assert await case(desk) == ("cleared", "alarm", "high")
    assert await desk.value("SELECT cleared_at - raised_at FROM alarm") == timedelta(seconds=130)


async def test_a_value_straight_on_the_other_side_ends_the_one_case_and_opens_another(
    desk: Desk, intake: Intake
) -> None:
    at = desk.real.now() - timedelta(minutes=5)
    await add_band(desk.db, desk.world.device, alarm_low=15.0, alarm_high=30.0, hold_s=20.0)
    await intake.take([said(at, 31, 31, 31, 14, 14)])
    row = await desk.db.fetchrow(
        "SELECT a.side, a.turned_to, a.cleared_value, c.state FROM alarm a, work_case c"
    )
    assert row is not None
    assert tuple(row) == ("high", "low", 14, "cleared")
    told = await desk.db.fetchrow("SELECT kind, variables FROM message ORDER BY id DESC LIMIT 1")
    assert told is not None
    assert (told["kind"], told["variables"]["turned_text"]) == ("alarm.turned", "too low")
    await intake.take([said(at + timedelta(seconds=50), 14)])
    states = await desk.db.fetch(
        "SELECT c.state, a.side FROM work_case c JOIN alarm a ON a.case_id = c.id ORDER BY c.id"
    )
    assert [tuple(row) for row in states] == [("cleared", "high"), ("raised", "low")]


async def test_an_alarm_is_over_only_after_so_long_within_the_band(desk: Desk, intake: Intake) -> None:
    at = desk.real.now() - timedelta(minutes=5)
    await add_band(desk.db, desk.world.device, alarm_high=30.0, clear_hold_s=30.0)
    await intake.take([said(at, 31, 25, 31, 25, 25, 25)])
    assert await case(desk) == ("raised", "alarm", "high")
    await intake.take([said(at + timedelta(seconds=60), 25)])
    assert await case(desk) == ("cleared", "alarm", "high")


async def test_an_alarm_whose_band_is_gone_is_over_and_can_be_raised_anew(desk: Desk, intake: Intake) -> None:
    at, minute = desk.real.now() - timedelta(minutes=9), timedelta(minutes=1)
    await desk.db.execute("UPDATE device SET type = 'proton'")  # a type without default limits
    limits: dict[str, Any] = {"alarm_high": 30.0, "no_data_s": 60.0}
    await add_band(desk.db, desk.world.device, **limits)
    await intake.take([said(at, 35)])
    desk.real.forward(2 * minute)
    await Watch(desk.db, desk.engine, desk.real, lambda: True).round()
    await desk.db.execute("DELETE FROM band")
    await intake.take([said(at + minute, 35)])
    await add_band(desk.db, desk.world.device, **limits)
    await intake.take([said(at + 2 * minute, 35)])
    states = "SELECT string_agg(state, ' ' ORDER BY id) FROM work_case"
    assert await desk.value(states) == "cleared cleared raised"


async def test_an_alarm_that_was_ended_by_hand_is_opened_anew_when_it_worsens(
    desk: Desk, intake: Intake
) -> None:
    at = desk.real.now() - timedelta(minutes=5)
    await add_band(desk.db, desk.world.device, warning_high=25.0, alarm_high=30.0)
    await intake.take([said(at, 26)])
    opened = Outcome(await desk.value("SELECT id FROM work_case"), "", "raised", 1)
    seen = await desk.act(opened, "acknowledge", desk.world.engineer)
    await desk.act(seen, "dismiss", desk.world.engineer, {"reason": "sensor broken"})
    await intake.take([said(at + timedelta(seconds=60), 31)])
    states = await desk.db.fetch("SELECT state FROM work_case ORDER BY id")
    assert [row["state"] for row in states] == ["closed", "raised"]


async def test_silence_within_a_batch_is_told_and_over(desk: Desk, intake: Intake) -> None:
    at = desk.real.now() - timedelta(minutes=10)
    await add_band(desk.db, desk.world.device, no_data_s=60.0)
    await intake.take([said(at, 21, 21, every=timedelta(seconds=90))])
    assert await case(desk) == ("cleared", "warning", "no_data")
    assert await desk.value("SELECT cleared_at - raised_at FROM alarm") == timedelta(seconds=30)


BAD = [
    ("yishe/v1/gw-1/CT-0001/telemetry", b"\xff\xfe", "Invalid JSON"),
    ("yishe/v1/gw-9/CT-0001/telemetry", b"{}", "unknown gateway"),
    ("yishe/v1/gw-1/CT-9999/telemetry", b"{}", "no device"),
    ("yishe/v1/gw-1/CT-0001/elsewhere", b"{}", "not a topic"),
    ("", b"{}", "not a topic"),
]


async def test_what_cannot_be_read_is_set_aside_and_its_neighbours_taken(desk: Desk, intake: Intake) -> None:
    good = said(desk.real.now(), 21)
    tally = await intake.take([*(Arrived(topic, payload) for topic, payload, _ in BAD), good])
    assert (tally.stored, tally.rejected) == (1, len(BAD))
    for found, (_, _, expected) in zip(await reasons(desk), BAD, strict=True):
        assert expected in found


async def test_a_value_that_is_no_number_is_set_aside_and_its_neighbour_judged(
    desk: Desk, intake: Intake
) -> None:
    message = said(desk.real.now() - timedelta(minutes=1), 21, 22)
    tally = await intake.take([Arrived(message.topic, message.payload.replace(b"22", b"NaN"))])
    assert (tally.stored, tally.rejected) == (1, 1)
    assert "readings.1" in (await reasons(desk))[0]
    assert await desk.value("SELECT last_value FROM sensor_rule") == 21


async def test_a_gateway_speaks_only_for_devices_of_its_organisation(desk: Desk, intake: Intake) -> None:
    other = await desk.value("SELECT id FROM organisation WHERE name = 'Second Demo Hospital'")
    await add_device(desk.db, other, "CT-0002")
    await add_gateway(desk.db, other, "gw-2")
    await add_gateway(desk.db, desk.world.hospital, "gw-3", active=False)
    at = desk.real.now()
    tally = await intake.take([said(at, 1, device="CT-0002"), said(at, 1, gateway="gw-2")])
    assert (tally.stored, tally.rejected) == (0, 2)
    assert (await intake.take([said(at, 1, gateway="gw-3")])).rejected == 1


async def test_an_unknown_metric_is_taken_only_with_a_band(desk: Desk, intake: Intake) -> None:
    at = desk.real.now()
    assert (await intake.take([said(at, 1, metric="gas_pressure")])).stored == 0
    await add_band(desk.db, desk.world.device, metric="gas_pressure")
    assert (await intake.take([said(at, 1, metric="gas_pressure")])).stored == 1


async def test_nothing_of_a_batch_is_taken_when_its_end_fails(desk: Desk) -> None:
    class Broken(NoFailPoints):
        def hit(self, name: str) -> None:
            raise RuntimeError(name)

    await add_band(desk.db, desk.world.device, alarm_high=30.0)
    broken = Intake(desk.db, desk.engine, desk.real, Broken())
    with pytest.raises(RuntimeError, match="before_commit"):
        await broken.take([said(desk.real.now(), 35), Arrived("", b"")])
    for table in ("reading", "sensor_rule", "work_case", "quarantine", "message"):
        assert await desk.value(f"SELECT count(*) FROM {table}") == 0, table


async def test_readings_of_other_months_have_their_place(desk: Desk, intake: Intake) -> None:
    at = desk.real.now() - timedelta(days=30)
    assert (await intake.take([said(at, 21, 22, every=timedelta(days=29))])).stored == 2
