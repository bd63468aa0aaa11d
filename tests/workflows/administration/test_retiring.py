"""A device that is retired takes the alarms of its sensors along, and they are listened to no more."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.failpoints import NoFailPoints
from telemetry.intake import Intake
from telemetry.watch import Watch
from tests.support.desk import Desk, open_desk
from tests.support.gateways import add_band, add_gateway, said
from workflows.actor import Door
from workflows.administration.devices import Seen, retire, use_again
from workflows.administration.office import By, Office

FORM = {"retired_on": "2026-03-01", "reason": "Old"}
OF_ALARMS = "SELECT string_agg(c.state, ' ' ORDER BY c.id) FROM work_case c WHERE workflow = 'alarm'"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """A room that is too warm, and then says nothing any more: two alarms."""
    async with open_desk(database_url) as desk:
        await add_gateway(desk.db, desk.world.hospital)
        await add_band(desk.db, desk.world.device, alarm_high=28.0, no_data_s=60.0)
        await hear(desk, 31)
        desk.real.forward(timedelta(minutes=2))
        assert await Watch(desk.db, desk.engine, desk.real, lambda: True).round() == 1
        yield desk


async def hear(desk: Desk, value: float) -> int:
    """How many readings of a message were taken."""
    desk.real.forward(timedelta(seconds=1))
    intake = Intake(desk.db, desk.engine, desk.real, NoFailPoints())
    return (await intake.take([said(desk.real.now(), value)])).stored


async def retired(desk: Desk) -> Office:
    office, by = Office(desk.db, desk.clocks), By(await desk.viewer(desk.world.head), Door.PAGE)
    await retire(office, by, Seen(desk.world.device, 1), FORM)
    return office


async def test_alarms_end_with_their_device_and_nobody_is_reminded_of_them(desk: Desk) -> None:
    assert await desk.value(OF_ALARMS) == "raised raised"
    await retired(desk)
    assert await desk.value(OF_ALARMS) == "closed closed"
    assert await desk.move_clock(timedelta(days=2)) == 0


async def test_sensors_of_a_retired_device_raise_nothing(desk: Desk) -> None:
    await retired(desk)
    assert await hear(desk, 40) == 0
    assert await desk.value("SELECT reason FROM quarantine") == "the device is retired"
    assert await desk.value(OF_ALARMS) == "closed closed"


async def test_a_device_that_is_used_again_begins_anew(desk: Desk) -> None:
    office = await retired(desk)
    administrator = By(await desk.viewer(desk.administrator), Door.PAGE)
    await use_again(office, administrator, Seen(desk.world.device, 2), {"reason": "By mistake"})
    assert await hear(desk, 40) == 1
    assert await desk.value(OF_ALARMS) == "closed closed raised"
