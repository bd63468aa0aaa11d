"""Numbers of cases: never cut, never twice, and not used up by what is refused."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from h5_pages.params import OfCase
from storage.access import case_lists
from storage.access.case_lists import Wanted
from storage.failpoints import NoFailPoints
from storage.paging import Order
from telemetry.intake import Intake
from tests.support.desk import Desk
from tests.support.events import Events, add_officials
from tests.support.gateways import add_band, add_gateway, said
from tests.support.licences import licences_at
from workflows.errors import FormInvalid, NotPermitted

TWICE = 2


async def numbered_up_to(owner_url: str, number: int) -> None:
    """As many cases as that were opened before."""
    owner = await asyncpg.connect(owner_url)
    await owner.execute("SELECT setval('case_number', $1)", number)
    await owner.close()


async def repairs(desk: Desk) -> None:
    for _ in range(TWICE):
        await desk.report()


async def licences(desk: Desk) -> None:
    office = await licences_at(desk)
    for _ in range(TWICE):
        await office.register()


async def adverse_events(desk: Desk) -> None:
    events = Events(desk, await add_officials(desk.db, desk.world.hospital))
    for _ in range(TWICE):
        await events.report()


async def alarms(desk: Desk) -> None:
    await add_gateway(desk.db, desk.world.hospital)
    await add_band(desk.db, desk.world.device, warning_high=24.0, alarm_high=28.0)
    intake = Intake(desk.db, desk.engine, desk.real, NoFailPoints())
    for value in (29, 20, 29):
        desk.real.forward(timedelta(seconds=1))
        await intake.take([said(desk.real.now(), value)])


@pytest.mark.parametrize(
    ("prefix", "open_two"),
    [("WX", repairs), ("PZ", licences), ("BL", adverse_events), ("BJ", alarms)],
    ids=["repair", "licence", "adverse_event", "alarm"],
)
async def test_the_millionth_case_has_seven_digits_and_is_found_like_any_other(
    desk: Desk, owner_url: str, prefix: str, open_two: Callable[[Desk], Awaitable[None]]
) -> None:
    await numbered_up_to(owner_url, 999_998)
    await open_two(desk)
    rows = await desk.db.fetch("SELECT number FROM work_case ORDER BY id")
    numbers = [f"{prefix}2026-999999", f"{prefix}2026-1000000"]
    assert [row["number"] for row in rows] == numbers
    assert OfCase.model_validate({"number": numbers[1]}).number == numbers[1]
    viewer, order = await desk.viewer(desk.world.engineer), Order("opened")
    for words, found in (("1000000", numbers[1:]), (numbers[0], numbers[:1])):
        page = await case_lists.listed(desk.db, viewer, Wanted(words=words, closed_too=True), order)
        assert [case.number for case in page.rows] == found


async def test_beyond_six_digits_nine_of_ten_openings_are_not_taken_for_repeated(
    desk: Desk, owner_url: str
) -> None:
    await desk.report()
    await numbered_up_to(owner_url, 9_999_998)
    numbers = [(await desk.report()).number for _ in range(12)]
    assert numbers[0] == "WX2026-9999999"
    assert numbers[-1] == "WX2026-10000010"


async def test_a_refused_or_repeated_opening_uses_up_no_number(desk: Desk) -> None:
    office = await licences_at(desk)
    first = await desk.report(key="the same")
    for _ in range(3):
        assert (await desk.report(key="the same")).number == first.number
        with pytest.raises(NotPermitted):
            await office.register(by=desk.stranger)
        with pytest.raises(FormInvalid):
            await office.register(issued_on="2999-01-01")
    assert (await desk.report()).number == "WX2026-000002"


async def test_the_number_stands_in_the_messages_and_the_answer_of_the_opening(desk: Desk) -> None:
    opened = await desk.report()
    stored = await desk.value("SELECT number FROM work_case WHERE id = $1", opened.case_id)
    told = await desk.value("SELECT variables->>'number' FROM message WHERE case_id = $1", opened.case_id)
    assert opened.number == stored == told == "WX2026-000001"
