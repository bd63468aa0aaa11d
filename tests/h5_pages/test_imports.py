"""Imports on pages: from the template to the devices and back."""

import io

import pytest
from openpyxl import load_workbook

from tests.support.pages import Answer, Pages, Visitor
from tests.support.spreadsheets import HEAD, device_rows, spreadsheet
from tests.support.world import add_organisation, add_person
from workflows.administration.device_import import DeviceRow
from workflows.forms import describe
from workflows.identity.roles import Role

PATH = "/admin/imports/devices"


async def upload(pages: Pages, visitor: Visitor, content: bytes, **fields: str) -> Answer:
    await visitor.get(PATH)
    given = {"organisation": str(pages.world.hospital), **fields}
    return await visitor.post_files(PATH, given, ("devices.xlsx", content))


async def press(pages: Pages, visitor: Visitor, address: str, step: str) -> Answer:
    await visitor.get(address)
    answer = await visitor.post(f"{address}/{step}", {})
    await pages.importing.run_due()
    return answer


async def test_a_spreadsheet_becomes_devices_and_is_taken_back(pages: Pages) -> None:
    head = await pages.person(pages.world.head)
    address = (await upload(pages, head, spreadsheet(HEAD, *device_rows(3)))).location
    waiting = (await head.get(address)).text
    assert 'http-equiv="refresh"' in waiting
    await pages.importing.run_due()
    preview = (await head.get(address)).text
    assert "Import 3 rows" in preview
    assert "MR-0003 MR 3" in preview
    assert 'http-equiv="refresh"' not in preview
    assert (await press(pages, head, address, "start")).location == address
    assert "Undo this import" in (await head.get(address)).text
    assert "4 of 4 are shown." in (await head.get("/devices")).text
    await press(pages, head, address, "undo")
    assert "1 of 1 are shown." in (await head.get("/devices")).text


async def test_wrong_rows_are_listed_with_row_column_and_reason_and_nothing_can_be_started(
    pages: Pages,
) -> None:
    head = await pages.person(pages.world.head)
    row = ("MR-0001", "bed", "MR", "Demo Medical", "M1", "S-1", "Cellar", "much")
    address = (await upload(pages, head, spreadsheet(HEAD, row))).location
    await pages.importing.run_due()
    page = (await head.get(address)).text
    assert "<b>Row 2, Type</b> Please choose one of the options." in page
    assert "<b>Row 2, Price (CNY)</b> Please give a number" in page
    assert "Upload another file" in page
    assert (await head.post(f"{address}/start", {})).status == 403
    assert f'action="{address}/drop"' in page
    await head.post(f"{address}/drop", {})
    assert "left" in (await head.get(PATH)).text


async def test_the_template_has_every_column_drop_downs_and_notes_and_no_rows(pages: Pages) -> None:
    head = await pages.person(pages.world.head)
    book = load_workbook(io.BytesIO((await head.get(f"{PATH}/template.xlsx")).body))
    table, notes = book.worksheets
    captions = [cell.value for cell in table[1]]
    assert [str(c).rstrip("*") for c in captions] == [spec.label for spec in describe(DeviceRow)]
    assert table.max_row == 1
    assert notes.max_row == len(captions) + 1
    assert any("Category A" in str(v.formula1) for v in table.data_validations.dataValidation)


async def test_a_template_that_is_filled_in_is_read(pages: Pages) -> None:
    head = await pages.person(pages.world.head)
    book = load_workbook(io.BytesIO((await head.get(f"{PATH}/template.xlsx")).body))
    values = dict(zip(HEAD, device_rows(1)[0], strict=True))
    captions = [str(cell.value).rstrip("*") for cell in book.worksheets[0][1]]
    book.worksheets[0].append([values.get(caption) for caption in captions])
    content = io.BytesIO()
    book.save(content)
    address = (await upload(pages, head, content.getvalue())).location
    await pages.importing.run_due()
    assert "Import 1 rows" in (await head.get(address)).text


@pytest.mark.parametrize(
    ("content", "fields", "words"),
    [
        (b"hello", {}, "This is not a spreadsheet in the xlsx format."),
        (spreadsheet(HEAD), {"organisation": ""}, "Please choose the organisation"),
        (spreadsheet(HEAD), {"organisation": "x"}, "Please choose the organisation"),
        (b"", {}, "Please choose the organisation"),
    ],
)
async def test_a_wrong_upload_is_said_on_its_page(
    pages: Pages, content: bytes, fields: dict[str, str], words: str
) -> None:
    answer = await upload(pages, await pages.person(pages.world.head), content, **fields)
    assert answer.status in (403, 422)
    assert words in answer.text


async def test_missing_columns_are_named(pages: Pages) -> None:
    head = await pages.person(pages.world.head)
    address = (await upload(pages, head, spreadsheet(("Device number", "Nonsense"), ("1", "2")))).location
    await pages.importing.run_due()
    assert "These columns are missing: Type, Device name" in (await head.get(address)).text


async def test_imports_are_for_heads_and_administrators_of_the_place(pages: Pages) -> None:
    head, engineer = await pages.person(pages.world.head), await pages.person(pages.world.engineer)
    address = (await upload(pages, head, spreadsheet(HEAD, *device_rows(1)))).location
    assert (await engineer.get(PATH)).status == 403
    elsewhere = await add_organisation(pages.db, "hospital", "Second Demo Hospital")
    foreign = await pages.person(await add_person(pages.db, elsewhere, "Foreign", Role.ADMINISTRATOR))
    assert (await foreign.get(address)).status == 404
    assert "devices.xlsx" not in (await foreign.get(PATH)).text
    assert (await upload(pages, foreign, spreadsheet(HEAD))).status in (403, 404)


@pytest.mark.parametrize("path", ["/admin/imports/beds", f"{PATH}/x", f"{PATH}/99", f"{PATH}?sort=name"])
async def test_a_wrong_address_is_no_page(pages: Pages, path: str) -> None:
    assert (await (await pages.person(pages.world.head)).get(path)).status == 404
