"""A form of the administration that is sent twice is taken once, and both senders see what came of it."""

import asyncio
from datetime import timedelta

import pytest

from storage.upkeep import look_after
from tests.support.house import House, make_house
from tests.support.pages import Answer, Pages, Visitor

NEW = {"name": "New Engineer", "role": "engineer"}


@pytest.fixture
async def house(pages: Pages) -> House:
    return await make_house(pages.db, pages.world, pages.clock)


async def form(pages: Pages, person: int, path: str) -> tuple[Visitor, str]:
    """A signed-in browser with that form open, and the form's key."""
    visitor = await pages.person(person)
    page = await visitor.get(path)
    assert page.hidden("press")
    return visitor, page.hidden("press")


async def saved(pages: Pages, action: str) -> int:
    row = await pages.db.fetchrow("SELECT count(*) AS n FROM audit WHERE action = $1", action)
    return int(row["n"]) if row else 0


async def test_two_presses_at_once_change_a_device_once(pages: Pages) -> None:
    path = f"/devices/{pages.world.device}/place"
    visitor, press = await form(pages, pages.world.head, path)
    fields = {"location": "Hall 2", "version": visitor.page.hidden("version"), "press": press}
    answers = await asyncio.gather(*(visitor.post(path, fields) for _ in range(3)))
    assert {(a.status, a.location) for a in answers} == {(303, f"/devices/{pages.world.device}")}
    assert await saved(pages, "device.place") == 1


async def entered(pages: Pages, house: House) -> tuple[Visitor, str, dict[str, str], Answer]:
    """Somebody new is entered; the browser, the address, what was sent, and the answer."""
    visitor, press = await form(pages, house.hospital_admin, "/admin/people/new")
    fields = {**NEW, "organisation": str(pages.world.hospital), "press": press}
    return visitor, press, fields, await visitor.post("/admin/people/new", fields)


async def test_who_sends_the_form_of_somebody_new_again_is_led_to_them(pages: Pages, house: House) -> None:
    visitor, _, fields, first = await entered(pages, house)
    again = await visitor.post("/admin/people/new", fields)
    assert (again.status, again.location) == (303, first.location)
    assert await saved(pages, "person.create") == 1


async def test_the_same_page_with_other_words_is_another_press(pages: Pages, house: House) -> None:
    visitor, _, fields, first = await entered(pages, house)
    other = await visitor.post("/admin/people/new", {**fields, "name": "Another Engineer"})
    assert other.status == 303
    assert other.location != first.location


async def test_a_form_that_was_refused_may_be_sent_again(pages: Pages, house: House) -> None:
    visitor, press = await form(pages, house.hospital_admin, "/admin/people/new")
    fields = {**NEW, "organisation": str(pages.world.hospital), "press": press, "staff_number": "N-1"}
    await pages.db.execute("UPDATE person SET staff_number = 'N-1' WHERE id = $1", pages.world.head)
    assert (await visitor.post("/admin/people/new", fields)).status == 422
    await pages.db.execute("UPDATE person SET staff_number = NULL WHERE id = $1", pages.world.head)
    assert (await visitor.post("/admin/people/new", fields)).status == 303


async def test_nobody_is_led_where_somebody_elses_form_led(pages: Pages, house: House) -> None:
    _, _, fields, first = await entered(pages, house)
    other = await pages.person(house.province_admin)
    await other.get("/admin/people/new")
    theirs = await other.post("/admin/people/new", fields)
    assert theirs.location != first.location


async def test_a_link_that_is_shown_once_is_shown_after_a_second_press_too(
    pages: Pages, house: House
) -> None:
    await pages.person(pages.world.head)  # with a user name
    visitor, press = await form(pages, house.hospital_admin, f"/admin/people/{pages.world.head}/account")
    address = f"/admin/people/{pages.world.head}/account/link"
    answers = [await visitor.post(address, {"press": press}) for _ in range(2)]
    assert [a.status for a in answers] == [200, 200]
    assert all("/p/" in a.text for a in answers)


async def test_presses_are_forgotten_after_a_day(pages: Pages, house: House) -> None:
    await entered(pages, house)
    kept = "SELECT count(*) AS n FROM press"
    for hours, left in ((23, 1), (25, 0)):
        await look_after(pages.db, pages.clock.now() + timedelta(hours=hours))
        row = await pages.db.fetchrow(kept)
        assert row is not None
        assert row["n"] == left
