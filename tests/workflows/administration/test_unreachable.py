"""Administrators learn once a day of people whom nothing reaches, as long as open cases count on them."""

from datetime import timedelta

import pytest

from tests.support.outside import Outside, outside
from tests.support.world import add_contact, add_person
from workflows.administration.unreachable import UnreachablePeople
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks
from workflows.registry import all_workflows

DAY = timedelta(days=1)


@pytest.fixture
async def around(database_url: str):  # type: ignore[no-untyped-def] # a generator that pytest drives
    async with outside(database_url) as made:
        administrator = await add_person(made.db, made.world.hospital, "Administrator", "administrator")
        await add_contact(made.db, administrator, made.accounts["email"], "visitor@people.example")
        yield made


async def tell(around: Outside) -> int:
    clocks = Clocks(around.clock, around.clock, Calendar(ChineseWorkingDays({}, 2026)))
    return await UnreachablePeople(around.db, all_workflows(), clocks).tell()


async def without_a_way(around: Outside) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE person_id = $1", around.world.engineer)


async def test_administrator_is_told_once_a_day_who_has_no_channel(around: Outside) -> None:
    await without_a_way(around)
    assert await tell(around) == 0, "nothing is open"
    await around.report()
    assert [await tell(around), await tell(around)] == [1, 0]
    await around.drain()
    (mail,) = await around.mails("visitor@people.example")
    assert "People who cannot be notified: 1" in mail["subject"]
    around.clock.forward(DAY)
    assert await tell(around) == 1


async def test_nobody_is_told_before_eight_in_the_morning(around: Outside) -> None:
    await without_a_way(around)
    await around.report()
    around.clock.forward(timedelta(hours=16))
    assert await tell(around) == 0


async def test_address_that_refuses_for_good_is_no_channel(around: Outside) -> None:
    await around.db.execute(
        "DELETE FROM contact_point WHERE person_id = $1 AND rank = 2", around.world.engineer
    )
    await around.db.execute("UPDATE contact_point SET address = 'gone' WHERE address = 'engineer'")
    await around.report()
    await around.drain()
    assert await tell(around) == 1
