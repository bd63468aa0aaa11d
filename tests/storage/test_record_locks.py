"""Records under somebody's hand: an import keeps thousands of them locked for minutes, and nobody may wait for it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage import devices, organisation_writer, person_writer
from tests.support.desk import Desk, open_desk

LONG_ENOUGH_S = 20  # it takes some milliseconds, or does not end


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        yield opened


async def test_a_fault_is_reported_while_its_device_and_everybody_told_of_it_are_being_written(
    desk: Desk,
) -> None:
    world = desk.world
    async with desk.db.transaction() as tx:
        assert await devices.locked(tx, world.device, ["%"])
        for organisation in (world.hospital, world.department):
            assert await organisation_writer.locked(tx, organisation)
        for person in (world.engineer, world.second_engineer, world.head, world.reporter):
            assert await person_writer.locked(tx, person)
        async with asyncio.timeout(LONG_ENOUGH_S):
            assert (await desk.report()).number


async def test_no_case_is_opened_of_a_device_that_is_being_retired(desk: Desk) -> None:
    async with desk.db.transaction() as tx:
        await devices.hold_off_cases(tx, desk.world.device)
        reporting = asyncio.create_task(desk.report())
        done, _ = await asyncio.wait([reporting], timeout=0.5)
        assert not done
    assert (await reporting).number
