"""Administrators are warned where a post, a channel or a newcomer leaves a place without anybody to notify."""

import pytest

from storage.sealing import MasterKey, new_master_key
from tests.h5_pages.test_people import PEOPLE, fill_in, press
from tests.support.house import House, make_house
from tests.support.pages import Pages
from tests.support.world import add_account, add_contact
from workflows.identity.roles import Role

WARNED = "would reach only Engineer X, who has no channel that works"


@pytest.fixture
async def house(pages: Pages) -> House:
    """The engineers of the hospital have a mailbox."""
    made = await make_house(pages.db, pages.world, pages.clock)
    key = MasterKey(new_master_key())
    account = await add_account(pages.db, pages.world.hospital, "email", "mail", {}, {}, key)
    await add_contact(pages.db, pages.world.engineer, account, "engineer@hospital.example")
    return made


async def newcomer(pages: Pages, house: House) -> int:
    """Engineer X is entered at the department by its administrator."""
    visitor = await pages.person(house.hospital_admin)
    fields = {"name": "Engineer X", "organisation": str(pages.world.department), "role": Role.ENGINEER}
    answer = await fill_in(visitor, f"{PEOPLE}/new?unit={pages.world.department}", **fields)
    assert answer.status == 303
    page = await visitor.get(answer.location)
    assert WARNED in page.text
    assert "at Radiology" in page.text
    assert "It goes to Engineer instead." in page.text
    return int(answer.location.rpartition("/")[2])


async def test_a_newcomer_without_a_channel_and_their_way_in_and_out(pages: Pages, house: House) -> None:
    person = await newcomer(pages, house)
    visitor = await pages.person(house.hospital_admin)
    added = await fill_in(visitor, f"{PEOPLE}/{person}/ways", channel="email", address="x@h.example")
    assert WARNED not in (await visitor.get(added.location)).text
    row = await pages.db.fetchrow("SELECT id FROM contact_point WHERE person_id = $1", person)
    assert row is not None
    ended = await press(visitor, person, f"ways/{row['id']}/end")
    assert ended.status == 303, "a warning, and no refusal"
    assert WARNED in (await visitor.get(ended.location)).text


async def test_a_post_given_to_somebody_without_a_channel(pages: Pages, house: House) -> None:
    visitor, person = await pages.person(house.hospital_admin), pages.world.second_engineer
    before = (await visitor.get(f"{PEOPLE}/{person}")).text
    assert "would reach only" not in before, "a colleague at the same place can be reached"
    given = await fill_in(
        visitor, f"{PEOPLE}/{person}/posts", role="safety_officer", organisation=str(pages.world.hospital)
    )
    assert "would reach only Second Engineer" in (await visitor.get(given.location)).text


async def test_where_nobody_is_left_it_is_said(pages: Pages, house: House) -> None:
    await pages.db.execute("UPDATE channel_account SET active = false")
    visitor = await pages.person(house.hospital_admin)
    page = await visitor.get(f"{PEOPLE}/{pages.world.engineer}")
    assert "there is nobody to whom it could go instead" in page.text
