"""Shifts are entered, replaced and called off on the duty calendar, by whoever administers the organisation."""

import re

import pytest

from tests.support.house import House, make_house
from tests.support.pages import Answer, Pages, Visitor
from tests.support.world import add_person
from workflows.identity.roles import Role

LIST = "/admin/duty"


@pytest.fixture
async def house(pages: Pages) -> House:
    return await make_house(pages.db, pages.world, pages.clock)


@pytest.fixture
async def admin(pages: Pages, house: House) -> Visitor:
    visitor = await pages.person(house.hospital_admin)
    await visitor.get(LIST)
    return visitor


async def enter(admin: Visitor, pages: Pages, url: str = "/new", **more: str) -> Answer:
    form = {
        "unit": str(pages.world.hospital),
        "person": str(pages.world.engineer),
        "day": "2026-03-02",
        "begins": "08:00",
        "ends": "08:00",
        "days": "1",
    }
    return await admin.post(LIST + url, form | more)


async def kept(pages: Pages) -> list[tuple[str, str, bool]]:
    rows = await pages.db.fetch(
        "SELECT to_char(starts_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI') AS begins, "
        "to_char(ends_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI') AS ends, ended_at IS NULL AS holds "
        "FROM duty_shift ORDER BY id"
    )
    return [(row["begins"], row["ends"], row["holds"]) for row in rows]


async def test_an_empty_calendar_says_what_to_do(admin: Visitor) -> None:
    assert "Add the first one below." in (await admin.get(LIST)).text


async def test_shifts_of_several_days_are_entered_and_whoever_is_on_duty_now_is_shown(
    pages: Pages, admin: Visitor
) -> None:
    assert (await enter(admin, pages, days="2")).location == LIST
    assert await kept(pages) == [("02 08:00", "03 08:00", True), ("03 08:00", "04 08:00", True)]
    text = (await admin.get(LIST)).text
    assert "On duty now: 1." in text
    assert "Shifts in the next two weeks: 1" in text


async def test_shift_is_replaced_and_called_off_on_record(pages: Pages, admin: Visitor) -> None:
    await enter(admin, pages)
    row = await pages.db.fetchrow("SELECT id FROM duty_shift")
    assert row
    await enter(admin, pages, f"/{row['id']}", person=str(pages.world.second_engineer), ends="17:00")
    assert await kept(pages) == [("02 08:00", "03 08:00", False), ("02 08:00", "02 17:00", True)]
    new = await pages.db.fetchrow("SELECT id FROM duty_shift WHERE ended_at IS NULL")
    assert new
    await admin.post(f"{LIST}/{new['id']}/end", {})
    assert [holds for _, _, holds in await kept(pages)] == [False, False]
    audit = await pages.db.fetch("SELECT action FROM audit WHERE subject_kind = 'duty' ORDER BY id")
    assert [r["action"] for r in audit] == ["duty.enter", "duty.end", "duty.enter", "duty.end"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"day": "2026-02-01"}, "This shift is over already."),
        ({"begins": "24:00"}, "Please give a time of day from 00:00 to 23:59, for example 17:30."),
        ({"begins": "8 o'clock"}, "Please give a time of day"),
        ({"day": "9999-12-31"}, "At most 2099-12-31."),
        ({"day": "0001-01-01"}, "At least 2000-01-01."),
        ({"days": "abc"}, "Please give a whole number."),
        ({"days": "-1"}, "At least 1."),
        ({"person": "999999"}, "This person has no role at this organisation, above or below it."),
    ],
)
async def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    pages: Pages, admin: Visitor, more: dict[str, str], why: str
) -> None:
    answer = await enter(admin, pages, note="swap", **more)
    assert (answer.status, await kept(pages)) == (422, [])
    assert why in answer.text
    assert "swap" in answer.text


async def test_nobody_is_on_duty_twice_at_a_time(pages: Pages, admin: Visitor) -> None:
    await enter(admin, pages)
    assert "already on duty there" in (await enter(admin, pages, begins="10:00", ends="11:00")).text
    assert len(await kept(pages)) == 1


async def test_what_is_pressed_twice_is_done_once(pages: Pages, admin: Visitor) -> None:
    twice = [await enter(admin, pages), await enter(admin, pages)]
    row = await pages.db.fetchrow("SELECT id FROM duty_shift")
    assert row
    twice += [await enter(admin, pages, f"/{row['id']}", ends="17:00") for _ in range(2)]
    assert await kept(pages) == [("02 08:00", "03 08:00", False), ("02 08:00", "02 17:00", True)]
    new = await pages.db.fetchrow("SELECT id FROM duty_shift WHERE ended_at IS NULL")
    assert new
    twice += [await admin.post(f"{LIST}/{new['id']}/end", {}) for _ in range(2)]
    assert [answer.status for answer in twice] == [303] * 6


async def test_what_somebody_else_called_off_is_not_replaced(pages: Pages, admin: Visitor) -> None:
    await enter(admin, pages)
    row = await pages.db.fetchrow("SELECT id FROM duty_shift")
    assert row
    await admin.post(f"{LIST}/{row['id']}/end", {})
    answer = await enter(admin, pages, f"/{row['id']}", ends="17:00", note="swap")
    assert (answer.status, "Somebody else changed this" in answer.text, "swap" in answer.text) == (
        409,
        True,
        True,
    )
    assert [holds for _, _, holds in await kept(pages)] == [False]


async def test_every_shift_can_be_reached_however_far_ahead(pages: Pages, admin: Visitor) -> None:
    entered = await enter(admin, pages, day="2026-05-01", days="31")
    assert entered.location == f"{LIST}?since=2026-05-01"
    found, url = set[str](), entered.location
    for _ in range(3):
        text = (await admin.get(url)).text
        found |= set(re.findall(rf'href="({LIST}/\d+)"', text))
        (later,) = re.findall(rf'href="({LIST}[?]since=[0-9-]+)"', text)
        url = later
    assert len(found) == 31


async def test_whoever_belongs_higher_up_is_not_put_on_duty_from_below(
    pages: Pages, admin: Visitor, house: House
) -> None:
    above = await add_person(pages.db, house.province, "Of the Province", Role.ENGINEER)
    assert "has no role" in (await enter(admin, pages, person=str(above))).text
    assert await kept(pages) == []


async def test_only_administrators_come_to_the_calendar(pages: Pages) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert [(await engineer.get(LIST + path)).status for path in ("", "/new")] == [403, 403]
