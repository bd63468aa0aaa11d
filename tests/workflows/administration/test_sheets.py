"""Spreadsheets as people and programs write them, and files that only pretend to be some."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from storage.texts import Gettext
from storage.zips import ZipRefused, checked_zip
from tests.support.spreadsheets import HEAD, device_rows, spreadsheet
from workflows.administration import sheets
from workflows.administration.device_import import DeviceRow
from workflows.administration.sheets import ColumnsMissing, Sheet, SheetUnreadable, TooManyRows, read_sheet

CHINESE = {"Device number": "设备编号", "Type": "类型", "MR scanner": "磁共振", "Made on": "出厂日期"}
LANGUAGES: list[Gettext] = [lambda source: CHINESE.get(source, source), str]


def read(*rows: Any) -> Sheet:
    return read_sheet(spreadsheet(*rows), DeviceRow, LANGUAGES)


def test_captions_and_choices_are_understood_in_every_language_with_or_without_a_star() -> None:
    head = ("设备编号*", " TYPE ", *HEAD[2:])
    rows = [("1", "磁共振", *device_rows(1)[0][2:]), ("2", "mr", *device_rows(1)[0][2:])]
    assert [row.cells["type"] for row in read(head, *rows).rows] == ["mr", "mr"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (date(2026, 3, 1), "2026-03-01"),
        (
            datetime(2026, 3, 1),  # noqa: DTZ001 - spreadsheets know no zones
            "2026-03-01",
        ),
        ("2026/3/1", "2026-03-01"),
        ("2026年3月1日", "2026-03-01"),
        ("2026.03.01", "2026-03-01"),
        ("soon", "soon"),
    ],
)
def test_days_are_read_as_people_write_them(cell: object, text: str) -> None:
    sheet = read((*HEAD, "Made on"), (*device_rows(1)[0], cell))
    assert sheet.rows[0].cells["made_on"] == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1200, "1200"),
        (1200.5, "1200.5"),
        ("1,200.50", "1200.50"),
        ("¥12", "12"),
        (0.1, "0.1"),
        (True, "true"),
    ],
)
def test_amounts_keep_every_digit(cell: object, text: str) -> None:
    assert read(HEAD, (*device_rows(1)[0][:7], cell)).rows[0].cells["price"] == text


def test_a_number_that_the_spreadsheet_has_rounded_is_said() -> None:
    row = list(device_rows(1)[0])
    row[5] = 12345678901234567890
    assert read(HEAD, row).rows[0].faults == {"serial": sheets.ROUNDED_TEXT}


def test_empty_lines_are_passed_over_and_numbers_are_those_of_the_sheet() -> None:
    first, second = device_rows(2)
    sheet = read((*HEAD, "Colour of the wall"), first, (None,) * 8, second)
    assert [row.number for row in sheet.rows] == [2, 4]
    assert sheet.unknown == ["Colour of the wall"]


def test_missing_columns_are_named_in_the_first_language() -> None:
    with pytest.raises(ColumnsMissing, match="设备编号"):
        read(("Type",), ("mr",))


def test_too_many_rows_are_refused_before_they_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 5)
    with pytest.raises(TooManyRows):
        read(HEAD, *device_rows(6))


def test_a_row_that_calls_itself_the_thousand_millionth_is_not_counted_up_to() -> None:
    rows = zipfile.ZipFile(io.BytesIO(spreadsheet(HEAD, *device_rows(1)))).read("xl/worksheets/sheet1.xml")
    content = patched(sheet1=rows.replace(b'<row r="2"', b'<row r="1000000000"'))
    with pytest.raises(TooManyRows):
        read_sheet(content, DeviceRow, LANGUAGES)


def bomb(size: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes(size))
    return content.getvalue()


def patched(**parts: bytes) -> bytes:
    """A spreadsheet in which some parts were exchanged."""
    content, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(spreadsheet(HEAD, *device_rows(1))))
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, parts.get(name.rpartition("/")[2].partition(".")[0], source.read(name)))
    return content.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"PK\x03\x04 and nothing else",
        bomb(100_000_000),
        bomb(20_000_000),
        patched(workbook=b"<workbook/>"),
        patched(sheet1=b"no xml"),
        patched(sheet1=ENTITIES),
        spreadsheet(HEAD, *device_rows(5))[:-200],
    ],
)
def test_what_only_pretends_to_be_a_spreadsheet_is_refused_with_words(content: bytes) -> None:
    with pytest.raises(SheetUnreadable):
        read_sheet(content, DeviceRow, LANGUAGES)


def test_an_archive_is_judged_before_it_is_unpacked() -> None:
    assert checked_zip(bomb(1000)) == ["[Content_Types].xml"]
    for content in (bomb(70_000_000), b"", b"PK"):
        with pytest.raises(ZipRefused):
            checked_zip(content)
