"""Limits of a device's sensors: seen by whoever sees the device, set by who looks after it, and counted at once."""

from datetime import timedelta

import pytest

from storage.failpoints import NoFailPoints
from telemetry.intake import Intake
from tests.support.gateways import add_gateway, said
from tests.support.pages import Answer, Pages, Visitor

OWN = {"alarm_high": "22", "hysteresis": "0.5", "hold_s": "0", "no_data_s": "", "source": "Manual, page 7"}


def address(pages: Pages, metric: str = "room_temperature") -> str:
    return f"/devices/{pages.world.device}/bands/{metric}"


async def send(visitor: Visitor, path: str, **fields: str) -> Answer:
    """The form of the page at that path, filled in."""
    await visitor.get(path)
    return await visitor.post(path, {"version": visitor.page.hidden("version"), **fields})


async def test_limits_from_the_manual_are_set_and_the_next_value_is_judged_by_them(pages: Pages) -> None:
    engineer, path = await pages.person(pages.world.engineer), address(pages)
    shown = (await engineer.get(path.rpartition("/")[0])).text
    assert "20 °C – 24 °C" in shown
    assert "default for the type" in shown
    assert (await send(engineer, path, **OWN)).status == 303
    shown = (await engineer.get(path.rpartition("/")[0])).text
    assert "… – 22 °C" in shown
    assert "Manual, page 7" in shown
    await add_gateway(pages.db, pages.world.hospital)
    clock = pages.clock
    await Intake(pages.db, pages.engine, clock, NoFailPoints()).take([said(clock.now(), 22.5)])
    row = await pages.db.fetchrow("SELECT level, limit_value FROM alarm")
    assert row is not None
    assert (row["level"], row["limit_value"]) == ("alarm", 22)


async def test_limits_are_left_to_the_type_again_and_both_stand_in_the_history(pages: Pages) -> None:
    engineer, path = await pages.person(pages.world.engineer), address(pages)
    await send(engineer, path, **OWN)
    await send(engineer, path, **{**OWN, "alarm_high": "23"})
    form = await engineer.get(path)
    answer = await engineer.post(f"{path}/drop", {"version": form.hidden("version")})
    assert answer.status == 303
    assert "default for the type" in (await engineer.get(answer.location)).text
    assert await pages.db.fetch("SELECT id FROM band") == []
    history = (await engineer.get(f"/devices/{pages.world.device}/history")).text
    assert history.count("changed the limits of a sensor") == 3
    assert "room_temperature" in history


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"alarm_high": ""}, "at least one limit"),
        ({"alarm_high": "warm"}, "a number, for example 21.5"),
        ({"alarm_high": "nan"}, "a number, for example 21.5"),
        ({"alarm_low": "22"}, "above the lower limit"),
        ({"warning_high": "23"}, "outside the warning"),
        ({"alarm_high": "", "alarm_low": "20", "warning_low": "18"}, "outside the warning"),
        ({"no_data_s": "1"}, "At least 30"),
        ({"source": ""}, "fill this in"),
    ],
)
async def test_limits_that_contradict_each_other_are_said_at_their_field(
    pages: Pages, fields: dict[str, str], words: str
) -> None:
    empty = {"warning_low": "", "warning_high": "", "alarm_low": ""}
    answer = await send(
        await pages.person(pages.world.engineer), address(pages), **{**empty, **OWN, **fields}
    )
    assert (answer.status, words in answer.text) == (422, True)
    assert await pages.db.fetch("SELECT id FROM band") == []


async def test_whoever_sees_the_device_sees_limits_and_sets_none(pages: Pages) -> None:
    nurse, path = await pages.person(pages.world.reporter), address(pages)
    shown = await nurse.get(path.rpartition("/")[0])
    assert "20 °C – 24 °C" in shown.text
    assert "Set limits" not in shown.text
    assert (await nurse.get(path)).status == 403
    assert (await nurse.post(path, {"version": "1", **OWN})).status == 403


async def test_what_nobody_measures_has_no_limits(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert (await engineer.get(address(pages, "radiation"))).status == 404


async def test_an_alarm_can_be_set_to_end_only_after_so_long_inside(pages: Pages) -> None:
    engineer, path = await pages.person(pages.world.engineer), address(pages)
    assert (await send(engineer, path, **{**OWN, "clear_hold_s": "90"})).status == 303
    assert 'value="90"' in (await engineer.get(path)).text
    row = await pages.db.fetchrow("SELECT clear_hold_s, placed_at FROM band")
    assert row is not None
    assert (row["clear_hold_s"], row["placed_at"]) == (90, pages.clock.now())
    shown = (await engineer.get(path.rpartition("/")[0])).text
    assert "Over after (seconds)" in shown


async def test_limits_that_are_set_anew_leave_since_when_the_sensor_is_expected(pages: Pages) -> None:
    engineer, path, began = await pages.person(pages.world.engineer), address(pages), pages.clock.now()
    await send(engineer, path, **OWN)
    pages.clock.forward(timedelta(minutes=5))
    await send(engineer, path, **{**OWN, "alarm_high": "23"})
    row = await pages.db.fetchrow("SELECT placed_at, alarm_high FROM band")
    assert row is not None
    assert tuple(row) == (began, 23)


async def test_the_page_says_whether_a_sensor_speaks_and_whether_it_would_be_missed(pages: Pages) -> None:
    engineer, path = await pages.person(pages.world.engineer), address(pages)
    everything = path.rpartition("/")[0]
    assert (await engineer.get(everything)).text.count(
        "no alarm is set for that"
    ) == 2  # temperature and humidity of a CT
    await send(engineer, path, **{**OWN, "no_data_s": "600"})
    assert "its silence becomes an alarm" in (await engineer.get(everything)).text
    await add_gateway(pages.db, pages.world.hospital)
    clock = pages.clock
    await Intake(pages.db, pages.engine, clock, NoFailPoints()).take([said(clock.now(), 21)])
    assert "sends values" in (await engineer.get(everything)).text
