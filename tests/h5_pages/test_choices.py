"""Lists of a form from which one thing is chosen."""

import re

import pytest

from tests.support.house import House, make_house
from tests.support.pages import Pages


@pytest.fixture
async def house(pages: Pages) -> House:
    return await make_house(pages.db, pages.world, pages.clock)


async def test_no_list_to_choose_from_says_twice_that_nothing_is_chosen(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.hospital_admin)
    page = (await visitor.get("/admin/people/new")).text
    lists = re.findall(r"<select.*?</select>", page, re.DOTALL)
    assert [part.count('<option value=""') for part in lists] == [1, 1, 1]


async def test_what_is_the_only_choice_is_chosen(pages: Pages, house: House) -> None:
    visitor = await pages.person(house.hospital_admin)
    page = (await visitor.get(f"/admin/organisations/new?parent={pages.world.hospital}")).text
    kinds = page.split('<select name="kind"')[1].split("</select>")[0]
    assert (kinds.count("<option"), 'value="department"' in kinds) == (1, True)
