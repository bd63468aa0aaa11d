"""The list of cases: narrowed by kind, state and level, in any order, and as a spreadsheet."""

import io
import re

import pytest
from openpyxl import load_workbook

from tests.support.pages import Pages, Visitor
from tests.support.world import add_organisation


async def many(pages: Pages) -> Visitor:
    """Three repairs, the second of which was found critical."""
    cases = [await pages.report(pages.world.reporter, f"Fault {nth}") for nth in (1, 2, 3)]
    await pages.db.execute("UPDATE repair SET urgency = 'critical' WHERE case_id = $1", cases[1].case_id)
    await pages.act(cases[2], "cancel", pages.world.reporter, reason="By mistake")
    return await pages.person(pages.world.engineer)


def numbers(text: str) -> list[int]:
    return [int(n.rpartition("-")[2]) for n in re.findall(r'class="quiet number">([A-Z]{2}\d{4}-\d+)<', text)]


async def test_open_cases_come_newest_first_and_closed_ones_when_asked_for(pages: Pages) -> None:
    engineer = await many(pages)
    shown = numbers((await engineer.get("/cases")).text)
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == 2
    assert len(numbers((await engineer.get("/cases?all=1")).text)) == 3


async def test_level_is_shown_in_words_and_colour_and_narrows_the_list(pages: Pages) -> None:
    engineer = await many(pages)
    page = (await engineer.get("/cases?level=4")).text
    assert len(numbers(page)) == 1
    assert '<span class="tag level-critical">Red: critical</span>' in page
    assert numbers((await engineer.get("/cases?sort=-level")).text)[0] == numbers(page)[0]


async def test_state_is_offered_for_one_kind_and_narrows_it(pages: Pages) -> None:
    engineer = await many(pages)
    assert 'name="state"' not in (await engineer.get("/cases")).text
    page = (await engineer.get("/cases?workflow=repair&state=cancelled&all=1")).text
    assert len(numbers(page)) == 1
    assert 'name="state"' in page
    assert numbers((await engineer.get("/cases?workflow=licence")).text) == []


async def test_the_list_is_narrowed_to_a_unit_and_what_is_below_it(pages: Pages) -> None:
    engineer = await many(pages)
    everything = numbers((await engineer.get("/cases")).text)
    for unit in (pages.world.hospital, pages.world.department):
        page = (await engineer.get(f"/cases?unit={unit}")).text
        assert numbers(page) == everything
        assert "Organisation: " in page
    other = await add_organisation(pages.db, "department", "Empty", pages.world.hospital)
    assert numbers((await engineer.get(f"/cases?unit={other}")).text) == []


async def test_the_list_leaves_as_a_spreadsheet_with_words_and_times(pages: Pages) -> None:
    engineer = await many(pages)
    body = (await engineer.get("/cases/export.xlsx?level=4")).body
    sheet = load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    head, row = list(sheet.values)
    told = dict(zip(head, row, strict=True))
    assert told["Level"] == "Red: critical"
    assert str(told["Opened"]) == "2026-03-02 09:00:00"


@pytest.mark.parametrize("query", ["workflow=x", "state=%27", "level=5", "level=x", "all=perhaps", "sort=x"])
async def test_a_wrong_list_is_no_page(pages: Pages, query: str) -> None:
    assert (await (await pages.person(pages.world.engineer)).get(f"/cases?{query}")).status == 404
