"""What is not taken is counted, all of it, and some of it is kept to look at: a flood fills no table."""

import json
from datetime import timedelta
from typing import Any

import pytest

from storage import quarantine
from storage.failpoints import NoFailPoints
from storage.quarantine import KEPT_BYTES, Fault, Rejected
from telemetry.intake import Arrived, Intake
from telemetry.topics import telemetry_topic
from tests.support.desk import Desk
from tests.support.gateways import DEVICE, GATEWAY, Mouth, add_band, said
from tests.support.listening import listening, until, until_it_is

TOPIC = telemetry_topic(GATEWAY, DEVICE)


@pytest.fixture
def intake(desk: Desk) -> Intake:
    return Intake(desk.db, desk.engine, desk.real, NoFailPoints())


async def counted(desk: Desk) -> dict[str, int]:
    return dict(await quarantine.counted(desk.db, desk.real.now() - timedelta(hours=2)))


def flood(count: int, fault: Fault = Fault.FOREIGN_TOPIC) -> list[Rejected]:
    return [Rejected("t", b"x" * 10_000, fault, f"nth {nth}") for nth in range(count)]


async def test_of_each_fault_the_first_of_an_hour_are_kept_and_all_are_counted(desk: Desk) -> None:
    async with desk.db.transaction() as tx:
        for _ in range(3):
            await quarantine.set_aside(tx, flood(6), desk.real.now(), an_hour=10)
        await quarantine.set_aside(tx, flood(1, Fault.UNREADABLE), desk.real.now(), an_hour=10)
    kept = await desk.db.fetch("SELECT fault, count(*) FROM quarantine GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in kept] == [("foreign_topic", 10), ("unreadable", 1)]
    assert await counted(desk) == {"foreign_topic": 18, "unreadable": 1}
    assert await desk.value("SELECT max(length(payload)) FROM quarantine") == KEPT_BYTES


async def test_of_each_fault_the_newest_are_kept_in_all(desk: Desk) -> None:
    async with desk.db.transaction() as tx:
        await quarantine.set_aside(tx, flood(1, Fault.UNREADABLE), desk.real.now())
        for hour in range(4):
            at = desk.real.now() + timedelta(hours=hour)
            await quarantine.set_aside(tx, flood(3), at, an_hour=3, in_all=5)
    reasons = await desk.db.fetch("SELECT reason FROM quarantine WHERE fault = 'foreign_topic' ORDER BY id")
    assert [row["reason"] for row in reasons] == ["nth 1", "nth 2", "nth 0", "nth 1", "nth 2"]
    assert await desk.value("SELECT count(*) FROM quarantine WHERE fault = 'unreadable'") == 1


async def test_counts_do_not_grow_for_ever(desk: Desk) -> None:
    async with desk.db.transaction() as tx:
        await quarantine.set_aside(tx, flood(1), desk.real.now() - quarantine.COUNTED_FOR - timedelta(days=1))
        await quarantine.set_aside(tx, flood(1), desk.real.now())
    assert await desk.value("SELECT count(*) FROM quarantine_count") == 1


TWICE = [
    ('{"sent_at": "%s", "sent_at": "%s", "readings": [%s]}', 0),
    ('{"sent_at": "%s", "readings": [], "readings": [%s, %s]}', 0),
    ('{"sent_at": "%s", "readings": [%s, {"metric": "oxygen", "value": 1, "value": 20, "at": "%s"}]}', 1),
]


@pytest.mark.parametrize(("form", "stored"), TWICE)
async def test_a_name_that_stands_twice_is_set_aside_and_not_guessed(
    desk: Desk, intake: Intake, form: str, stored: int
) -> None:
    at = desk.real.now().isoformat()
    good = json.dumps({"metric": "room_temperature", "value": 21, "at": at})
    parts = {2: (at, good, at), 1: (at, good, good), 0: (at, at, good)}[TWICE.index((form, stored))]
    tally = await intake.take([Arrived(TOPIC, (form % parts).encode())])
    assert (tally.stored, tally.rejected) == (stored, 1)
    assert "stands there twice" in await desk.value("SELECT reason FROM quarantine")
    assert await counted(desk) == {"unreadable": 1}


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("room_temperature", 1e308),
        ("room_temperature", -273.2),
        ("oxygen", 100.1),
        ("helium_level", -1),
        ("gas_pressure", 1e7),
    ],
)
async def test_what_no_sensor_can_measure_is_no_reading(
    desk: Desk, intake: Intake, metric: str, value: float
) -> None:
    await add_band(desk.db, desk.world.device, metric, alarm_low=-1e6, alarm_high=90.0)
    at = desk.real.now() - timedelta(minutes=1)
    await intake.take([said(at, 50, metric=metric)])
    before = await desk.db.fetch("SELECT * FROM sensor_rule")
    tally = await intake.take([said(at + timedelta(seconds=9), value, metric=metric)])
    assert (tally.stored, tally.rejected) == (0, 1)
    assert await desk.db.fetch("SELECT * FROM sensor_rule") == before
    assert f"{metric}: beyond what can be measured" in await desk.value("SELECT reason FROM quarantine")
    assert await desk.value("SELECT count(*) FROM work_case") == 0


async def test_neighbours_of_an_impossible_value_are_taken(desk: Desk, intake: Intake) -> None:
    tally = await intake.take([said(desk.real.now() - timedelta(minutes=1), 21, 1e300, 22)])
    assert (tally.stored, tally.rejected) == (2, 1)
    assert await desk.value("SELECT last_value FROM sensor_rule") == 22


FOREIGN = ["factory/plc/7", "yishe/v2/gw-1/CT-0001/telemetry", "yishe/v1/gw-1/CT-0001/state", "x"]


async def test_topics_that_nobody_claims_are_counted(desk: Desk, broker_port: int, mouth: Mouth) -> None:
    async with listening(desk, broker_port) as listener:
        await until(lambda: listener.hears_foreign)
        mouth.say([Arrived(topic, b"somebody's own words") for topic in FOREIGN])
        mouth.say([said(desk.real.now(), 21)])
        await until_it_is(lambda: counted(desk), {"foreign_topic": len(FOREIGN)})
    topics = {row["topic"] for row in await desk.db.fetch("SELECT topic FROM quarantine")}
    assert topics == set(FOREIGN)
    assert await desk.value("SELECT max(length(payload)) FROM quarantine") == 0
    assert await desk.value("SELECT count(*) FROM reading") == 1


async def test_a_flood_of_foreign_messages_holds_up_no_sensor_and_is_bounded(
    desk: Desk, broker_port: int, mouth: Mouth
) -> None:
    async with listening(desk, broker_port) as listener:
        await until(lambda: listener.hears_foreign)
        mouth.say([Arrived("factory/plc", b"{}") for _ in range(600)])
        mouth.say([said(desk.real.now(), 21)])
        await until_it_is(lambda: desk.value("SELECT count(*) FROM reading"), 1)
        await until_it_is(lambda: _some(desk), True)
    kept: Any = await desk.value("SELECT count(*) FROM quarantine")
    assert 0 < kept <= quarantine.KEPT_AN_HOUR


async def _some(desk: Desk) -> bool:
    return (await counted(desk)).get("foreign_topic", 0) >= quarantine.KEPT_AN_HOUR
