"""Lists: parts, filters, order and spreadsheets, at the example of devices."""

import io
import re
import tempfile
import time
from html import unescape

import pytest
from openpyxl import load_workbook

from h5_pages import xlsx
from tests.support.pages import Pages, Visitor
from tests.support.service import soon
from tests.support.world import add_device, add_organisation


async def many(pages: Pages, count: int = 120) -> Visitor:
    """Devices enough for three parts, seen by the engineer."""
    await pages.db.execute(
        "INSERT INTO device (organisation_id, number, type, name, maker, model, serial, location, status, price, "
        "installed_on) SELECT $1, 'MR-' || lpad(n::text, greatest(4, length(n::text)), '0'), 'mr', "
        "'MR scanner ' || n, 'Maker ' || n % 3, "
        "'Model', 'S' || n, 'Room', CASE WHEN n % 10 > 0 THEN 'in_use' ELSE 'stopped' END, n * 1000.50, "
        "date '2020-01-01' + n FROM generate_series(1, $2) n",
        pages.world.department,
        count,
    )
    return await pages.person(pages.world.engineer)


def numbers(text: str) -> list[str]:
    return re.findall(r'class="quiet number">([^<]+)<', text)


def link(text: str, words: str) -> str:
    """The address behind a link with those words."""
    found = re.search(rf'href="([^"]+)"[^>]*>{re.escape(words)}', text)
    return unescape(found[1]) if found else ""


async def test_a_long_list_is_walked_part_by_part_and_counted(pages: Pages) -> None:
    engineer, seen = await many(pages), []
    page = await engineer.get("/devices")
    assert "50 of 121 are shown." in page.text
    while True:
        seen += numbers(page.text)
        address = link(page.text, "Show more")
        if not address:
            break
        page = await engineer.get(address)
    assert len(seen) == len(set(seen)) == 121
    assert seen == sorted(seen)
    assert numbers((await engineer.get(link(page.text, "Back to the first ones"))).text)[0] == seen[0]


async def test_filters_words_and_order_go_together_and_stay_on_the_way(pages: Pages) -> None:
    engineer = await many(pages)
    page = await engineer.get("/devices?type=mr&maker=Maker+1&q=scanner&sort=-price")
    assert "40 of 40 are shown." in page.text
    assert numbers(page.text)[:2] == ["MR-0118", "MR-0115"]
    without = link(page.text, "Maker: Maker 1")
    assert "120 are shown." in (await engineer.get(without)).text
    assert "sort=-price" in without
    assert "q=scanner" in without


async def test_several_words_must_all_be_found_in_any_field(pages: Pages) -> None:
    engineer = await many(pages)
    assert numbers((await engineer.get("/devices?q=model+S77+radiology")).text) == ["MR-0077"]
    assert numbers((await engineer.get("/devices?q=88044")).text) == ["MR-0088"]
    empty = await engineer.get("/devices?q=model+nothing")
    assert "No device found" in empty.text


async def test_the_column_heads_sort_and_say_so(pages: Pages) -> None:
    engineer = await many(pages)
    address = link((await engineer.get("/devices")).text, "Installed on")
    page = await engineer.get(address)
    assert 'aria-sort="ascending"' in page.text
    assert numbers(page.text)[0] == "MR-0001"
    assert "installed_on" in link(page.text, "Installed on ↑")


@pytest.mark.parametrize(
    "query",
    [
        "sort=password",
        "sort=--name",
        "after=x",
        "type=bed",
        "status=gone",
        "unit=0",
        "ids=a",
        "q=" + "x" * 101,
    ],
)
async def test_a_wrong_list_is_no_page(pages: Pages, query: str) -> None:
    engineer = await pages.person(pages.world.engineer)
    assert (await engineer.get(f"/devices?{query}")).status == 404


async def test_ten_thousand_devices_are_searched_within_two_seconds(pages: Pages) -> None:
    engineer = await many(pages, 10_000)
    began = time.monotonic()
    page = await engineer.get("/devices?q=scanner+s9999+radiology&sort=-price")
    assert numbers(page.text) == ["MR-9999"]
    assert time.monotonic() - began < 2


async def test_units_are_offered_and_narrow_the_list(pages: Pages) -> None:
    ward = await add_organisation(pages.db, "department", "Ward", pages.world.hospital)
    await add_device(pages.db, ward, "US-0001")
    engineer = await pages.person(pages.world.engineer)
    assert ">Ward</option>" in (await engineer.get("/devices")).text
    assert numbers((await engineer.get(f"/devices?unit={ward}")).text) == ["US-0001"]


async def rows_of(visitor: Visitor, address: str) -> list[tuple[object, ...]]:
    answer = await visitor.get(address)
    assert answer.status == 200, answer.text
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    return list(sheet.values)


async def test_the_list_is_saved_as_a_spreadsheet_with_its_filters_and_the_export_is_on_record(
    pages: Pages,
) -> None:
    engineer = await many(pages, 1200)
    page = await engineer.get("/devices?type=mr&sort=-price")
    head, *rows = await rows_of(engineer, link(page.text, "Save as a spreadsheet"))
    assert head[0] == "Number"
    assert [row[0] for row in rows] == [f"MR-{n:04d}" for n in range(1200, 0, -1)]
    assert rows[0][head.index("Price (CNY)")] == 1200600
    note = await pages.db.fetchrow("SELECT * FROM audit WHERE action = 'export'")
    assert note is not None
    assert note["after"] == {"filters": {"type": "mr", "sort": "-price"}, "count": 1200}
    assert note["person_id"] == pages.world.engineer


async def test_a_file_whose_headers_alone_are_asked_for_is_closed(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    engineer, file = await many(pages, 3), tempfile.TemporaryFile()  # noqa: SIM115 - the service closes it
    monkeypatch.setattr("tempfile.TemporaryFile", lambda: file)
    async with engineer.client.request("HEAD", "/devices/export.xlsx") as answer:
        assert answer.status == 200
    await soon(lambda: file.closed, 10)


async def test_texts_that_look_like_formulas_stay_texts(pages: Pages) -> None:
    for nth, name in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", "bad\x0bletter")):
        await add_device(pages.db, pages.world.department, f"CT-1{nth}", name=name)
    engineer = await pages.person(pages.world.engineer)
    answer = await engineer.get("/devices/export.xlsx?q=CT-1")
    sheet = load_workbook(io.BytesIO(answer.body)).active
    assert sheet is not None
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    assert [c.value for c in cells] == ["=1+1", "+1", "-1", "@SUM(A1)", "badletter"]
    assert [c.data_type for c in cells] == ["s"] * 5
    assert [c.quotePrefix for c in cells] == [True] * 4 + [False]


async def test_an_export_holds_what_lies_in_scope_alone(pages: Pages) -> None:
    elsewhere = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    await add_device(pages.db, elsewhere, "CT-9999")
    engineer = await pages.person(pages.world.engineer)
    assert [row[0] for row in await rows_of(engineer, "/devices/export.xlsx")] == ["Number", "CT-0001"]


async def test_an_export_says_categories_as_the_pages_do(pages: Pages) -> None:
    await pages.db.execute("UPDATE device SET category = 'B' WHERE id = $1", pages.world.device)
    head, device = await rows_of(await pages.person(pages.world.engineer), "/devices/export.xlsx")
    assert device[head.index("Category")] == "Category B (provincial licence)"


async def test_an_export_that_was_cut_says_so(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 500)
    engineer = await many(pages, 700)
    rows = await rows_of(engineer, "/devices/export.xlsx")
    assert len(rows) == 502
    assert "Only the first 500 rows" in str(rows[-1][0])
