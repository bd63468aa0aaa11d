"""Somebody of one's own house who holds a role above it: whoever administers the house alone gains nothing by that."""

from datetime import timedelta

import pytest

from storage.address_book import Book, KnownPerson, Member
from storage.sealing import MasterKey, new_master_key
from tests.support.house import House, make_house
from tests.support.pages import Answer, Pages, Visitor
from tests.support.world import add_absence, add_account, add_person
from workflows.administration.address_book import compare
from workflows.identity.roles import Role

A_DAY = timedelta(days=1)
DAYS = {"first_day": "2026-03-02", "last_day": "2026-03-03"}
WAY = {"channel": "wecom", "address": "mine"}
GIVE = "INSERT INTO post (person_id, organisation_id, role, starts_at) VALUES ($1, $2, $3, $4)"
OPENED = """
SELECT (SELECT count(*) FROM password_link) + (SELECT count(*) FROM contact_point)
       + (SELECT count(*) FROM absence WHERE deputy_id IS NOT NULL)
"""
TRIES = [("account", "account/link", {}), ("ways", "ways", WAY), ("absence", "absence", DAYS)]


@pytest.fixture
async def house(pages: Pages) -> House:
    made = await make_house(pages.db, pages.world, pages.clock)
    sealer = MasterKey(new_master_key())
    await add_account(pages.db, pages.world.hospital, "wecom", "wecom-1", {}, {}, sealer)
    await pages.db.execute("UPDATE person SET username = 'officer' WHERE id = $1", pages.world.head)
    return made


async def give(pages: Pages, house: House, person: int, *, in_days: int = -1) -> None:
    """A role at the province for somebody of the hospital."""
    at = pages.clock.now() + timedelta(days=in_days)
    await pages.db.execute(GIVE, person, house.province, Role.PROVINCE_OFFICER, at)


async def open_a_way(admin: Visitor, pages: Pages, what: tuple[str, str, dict[str, str]]) -> Answer:
    page, path, fields = what
    given = {**fields, "deputy": str(pages.world.reporter)} if page == "absence" else fields
    await admin.get(f"/admin/people/{pages.world.head}/{page}")
    return await admin.post(f"/admin/people/{pages.world.head}/{path}", given)


async def opened(pages: Pages) -> int:
    row = await pages.db.fetchrow(OPENED)
    return row[0] if row else 0


async def test_nobody_opens_a_way_to_a_role_above_their_own(pages: Pages, house: House) -> None:
    await give(pages, house, pages.world.head)
    admin = await pages.person(house.hospital_admin)
    for what in TRIES:
        answer = await open_a_way(admin, pages, what)
        assert (answer.status, await opened(pages)) == (403, 0), what
        assert "outside your organisations" in answer.text
    above = await pages.person(house.province_admin)
    assert [(await open_a_way(above, pages, what)).status < 400 for what in TRIES] == [True] * 3
    assert await opened(pages) == 3


async def test_nor_to_one_that_is_still_to_come(pages: Pages, house: House) -> None:
    admin = await pages.person(house.hospital_admin)
    assert (await open_a_way(admin, pages, TRIES[0])).status == 200, "within the house they may"
    await give(pages, house, pages.world.head, in_days=1)
    assert (await open_a_way(admin, pages, TRIES[0])).status == 403


async def test_nor_to_what_somebody_holds_as_a_deputy(pages: Pages, house: House) -> None:
    officer = await add_person(pages.db, pages.world.hospital, "Officer")
    await give(pages, house, officer)
    now = pages.clock.now()
    await add_absence(pages.db, officer, pages.world.head, now - A_DAY, now + A_DAY)
    admin = await pages.person(house.hospital_admin)
    assert (await open_a_way(admin, pages, TRIES[0])).status == 403


async def test_nobody_ends_a_role_above_their_own_by_letting_somebody_leave(
    pages: Pages, house: House
) -> None:
    await give(pages, house, pages.world.head)
    url = f"/admin/people/{pages.world.head}/leave"
    for person, status, active in ((house.hospital_admin, 403, True), (house.province_admin, 303, False)):
        admin = await pages.person(person)
        await admin.get(url)
        assert (await admin.post(url, {})).status == status
        row = await pages.db.fetchrow("SELECT active FROM person WHERE id = $1", pages.world.head)
        assert row is not None
        assert row["active"] is active


async def test_who_falls_ill_can_be_entered_without_a_deputy(pages: Pages, house: House) -> None:
    await give(pages, house, pages.world.head)
    admin = await pages.person(house.hospital_admin)
    url = f"/admin/people/{pages.world.head}/absence"
    await admin.get(url)
    assert (await admin.post(url, DAYS)).status == 303


def test_the_address_book_links_nobody_to_a_role_above() -> None:
    book = Book((Member("officer", "Officer"),), ids_only=False)
    assert compare(book, [KnownPerson(1, "Officer", None)]).linked
    found = compare(book, [KnownPerson(1, "Officer", None, beyond=True)])
    assert (found.linked, found.new) == ((), ())
