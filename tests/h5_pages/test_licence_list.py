"""What comes due: licences in scope by colour, city and words, the nearest limit first."""

import io

from openpyxl import load_workbook

from tests.support.licence_town import Town, licence, town
from tests.support.licences import DUPLICATE, PURCHASE
from tests.support.pages import Pages

ISSUED = {
    "red": "2024-03-01",
    "orange": "2024-03-02",
    "yellow": "2024-04-10",
    "blue": "2024-07-01",
    "later": "2025-01-01",
}


async def many(pages: Pages) -> Town:
    """One licence of each colour in the first city, and a red one in the second."""
    at = await town(pages)
    for nth, (colour, issued_on) in enumerate(ISSUED.items(), start=1):
        await licence(pages, at, nth=nth, issued_on=issued_on, device_name=f"{colour} device")
    await licence(pages, at, place=1, nth=9, issued_on="2024-02-29", device_name="far device")
    return at


async def test_the_list_counts_by_colour_and_shows_the_nearest_limit_first(pages: Pages) -> None:
    at = await many(pages)
    page = (await (await pages.person(at.officer)).get("/licences")).text
    places = [page.index(f"{name} device") for name in ("far", "red", "orange", "yellow", "blue", "later")]
    assert places == sorted(places)
    for colour, count in {"red": 2, "orange": 1, "yellow": 1, "blue": 1, "later": 1}.items():
        assert f"colour={colour}&amp;" in page
        assert f"<b>{count}</b>" in page.split(f"colour={colour}&amp;")[1].split("</a>")[0]
    assert "2 days past" in page
    assert "0 days left" in page


async def test_what_is_to_do_begins_with_the_nearest_limit_whenever_the_next_reminder_is(
    pages: Pages,
) -> None:
    at = await town(pages)
    limits = {"longest past": "2024-02-05", "past": "2024-02-26", "near": "2024-03-10", "far": "2024-12-01"}
    for nth, (name, issued_on) in enumerate(reversed(limits.items()), start=1):
        await licence(pages, at, nth=nth, issued_on=issued_on, device_name=f"device {name}")
    await pages.db.execute("UPDATE timer SET fired_at = due_at WHERE due_at < $1", pages.clock.now())
    page = (await (await pages.person(at.contacts[0])).get("/todo")).text
    places = [page.index(f"device {name}") for name in limits]
    assert places == sorted(places)


async def test_the_list_is_filtered_by_colour(pages: Pages) -> None:
    contact = await pages.person((await many(pages)).contacts[0])
    for colour in ISSUED:
        page = (await contact.get(f"/licences?colour={colour}")).text
        assert [name for name in ISSUED if f"{name} device" in page] == [colour]


async def test_the_list_is_filtered_by_city_and_words(pages: Pages) -> None:
    at = await many(pages)
    officer = await pages.person(at.officer)
    second = (await officer.get(f"/licences?city={at.cities[1]}&colour=red")).text
    assert "far device" in second
    assert "red device" not in second
    found = (await officer.get("/licences?city=&q=1100003")).text
    assert "yellow device" in found
    assert "blue device" not in found


async def test_signs_in_the_words_stand_for_themselves(pages: Pages) -> None:
    at = await town(pages)
    await licence(pages, at, device_name="100% a_b c\\d device")
    officer = await pages.person(at.officer)
    for words, is_found in (
        ("a_b", True),
        ("100%25", True),
        ("c%5Cd", True),
        ("a_c", False),
        ("%25%25", False),
    ):
        assert ("100% a_b" in (await officer.get(f"/licences?q={words}")).text) is is_found, words


async def test_the_list_shows_what_lies_in_scope_alone(pages: Pages) -> None:
    at = await many(pages)
    page = (await (await pages.person(at.contacts[1])).get("/licences?all=1")).text
    assert "far device" in page
    assert "red device" not in page


async def test_issued_ones_are_listed_only_when_asked_for(pages: Pages) -> None:
    at = await town(pages)
    case = await licence(pages, at)
    for action, by, data in (
        ("purchase", at.contacts[0], PURCHASE),
        ("apply", at.contacts[0], DUPLICATE),
        ("issue", at.officer, {}),
    ):
        await pages.act(case, action, by, **data)
    officer = await pages.person(at.officer)
    assert "No licence is found here" in (await officer.get("/licences")).text
    page = (await officer.get("/licences?all=1")).text
    assert case.number in page
    assert "All <b>1</b>" in page


async def test_the_list_leaves_as_a_spreadsheet_with_its_colours(pages: Pages) -> None:
    officer = await pages.person((await many(pages)).officer)
    body = (await officer.get("/licences/export.xlsx?colour=red")).body
    sheet = load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    head, *rows = sheet.values
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [line["Device"] for line in told] == ["far device", "red device"]
    assert {line["Colour"] for line in told} == {"Red"}


async def test_a_wrong_filter_is_no_page(pages: Pages) -> None:
    at = await town(pages)
    officer = await pages.person(at.officer)
    assert (await officer.get("/licences?colour=green")).status == 404
    assert (await officer.get("/licences?city=x")).status == 404


async def test_the_menu_leads_those_who_look_after_licences_there(pages: Pages) -> None:
    at = await town(pages)
    assert 'href="/licences"' in (await (await pages.person(at.contacts[0])).get("/todo")).text
    assert 'href="/licences"' not in (await (await pages.person(pages.world.reporter)).get("/todo")).text
