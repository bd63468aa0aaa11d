"""Spreadsheets that people fill in (.xlsx): read into rows of texts, as the form of a kind of import asks for them.

Captions and choices may stand in any of our languages. Nothing is trusted: size, rows and columns are limited,
formulas count as the value they had when the file was saved. Takes time: call it in a thread.
"""

import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile

from storage.texts import N_, Gettext
from storage.zips import ZipRefused, checked_zip
from workflows.definition import Form
from workflows.errors import WorkflowError
from workflows.forms import FieldSpec, describe

MOST_ROWS = 10_000
MOST_LINES = 100_000  # with empty ones: a row may call itself the thousand-millionth
MOST_COLUMNS = 100
LONGEST_CELL = 2000
ROUNDED = 10**15  # spreadsheets keep fifteen digits of a number
ROUNDED_TEXT = N_(
    "The spreadsheet has rounded this number. Please format the column as text and enter it again."
)
DAY = re.compile(r"(\d{4})\s*[./年-]\s*(\d{1,2})\s*[./月-]\s*(\d{1,2})\s*日?")
YES = frozenset({"true", "1", "yes", "y", "是", "√", "✓"})
NO = frozenset({"false", "0", "no", "n", "否", ""})


class SheetUnreadable(WorkflowError):
    """It is no spreadsheet, or too large a one."""

    text = N_(
        "This is not a spreadsheet in the xlsx format. Please save it as .xlsx and try again. Nothing was read."
    )


class TooManyRows(SheetUnreadable):
    """More than can be looked over."""

    text = N_("At most {limit} rows in one file. Please divide it. Nothing was read.")


class ColumnsMissing(SheetUnreadable):
    """The captions are not those of the template."""

    text = N_("These columns are missing: {names}. Please start from the template. Nothing was read.")


@dataclass(frozen=True)
class SheetRow:
    """One line that is not empty: its number in the sheet, texts by field, and what cannot be read."""

    number: int
    cells: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """What was read; `unknown` are captions that mean nothing here and are passed over."""

    rows: Sequence[SheetRow]
    unknown: Sequence[str]


def read_sheet(content: bytes, form: type[Form], languages: Sequence[Gettext]) -> Sheet:
    """The first table of the file; raises `SheetUnreadable`."""
    lines = _lines(content)
    names = {
        _plain(caption): spec for spec in describe(form) for caption in _spellings(spec.label, languages)
    }
    head = [_text(cell) for cell in next(lines, (0, ()))[1]]
    columns = [names.get(_plain(caption)) for caption in head]
    missing = [s.label for s in describe(form) if s.required and s not in columns]
    if missing:
        raise ColumnsMissing(names=", ".join(languages[0](label) for label in missing))
    choices = {s.name: _choices(s, languages) for s in describe(form)}
    rows = []
    for number, cells in lines:
        if number > MOST_LINES:
            raise TooManyRows(limit=MOST_ROWS)
        given = [(s, c) for s, c in zip(columns, cells, strict=False) if s and c not in (None, "")]
        if given:
            rows.append(_row(number, given, choices))
        if len(rows) > MOST_ROWS:
            raise TooManyRows(limit=MOST_ROWS)
    return Sheet(rows, [caption for caption, spec in zip(head, columns, strict=True) if caption and not spec])


def _lines(content: bytes) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows of the first table with their numbers, as the file has them."""
    from openpyxl import load_workbook  # noqa: PLC0415 - takes a third of a second, and is seldom needed

    try:
        checked_zip(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        table = book.worksheets[0]
        table.reset_dimensions()  # what the file says of its own size may be wrong
        yield from enumerate(table.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1)
    except (ZipRefused, BadZipFile, *_BROKEN) as error:
        raise SheetUnreadable from error


# What openpyxl raises for files that only look like spreadsheets: it promises nothing narrower.
_BROKEN = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    SyntaxError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    zlib.error,
)


def _row(
    number: int, given: Sequence[tuple[FieldSpec, Any]], choices: Mapping[str, Mapping[str, str]]
) -> SheetRow:
    rounded = {s.name: ROUNDED_TEXT for s, c in given if isinstance(c, (int, float)) and abs(c) >= ROUNDED}
    return SheetRow(number, {s.name: _value(s, _text(c), choices[s.name]) for s, c in given}, rounded)


def _value(spec: FieldSpec, text: str, choices: Mapping[str, str]) -> str:
    """As the form takes it: a choice by its value, a day as 2026-03-01, yes and no as true and nothing."""
    if choices:
        return choices.get(_plain(text), text)
    if spec.kind == "date" and (day := DAY.fullmatch(text)):
        return f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}"
    if spec.kind == "bool":
        return "true" if text.lower() in YES else "" if text.lower() in NO else text
    return text.replace(",", "").removeprefix("¥") if spec.kind == "money" else text


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}".removesuffix(".0")
    if isinstance(cell, datetime):
        return str(cell.date()) if cell.time() == time() else str(cell)
    return "" if cell is None else str(cell)[:LONGEST_CELL].strip()


def _choices(spec: FieldSpec, languages: Sequence[Gettext]) -> dict[str, str]:
    """What may be written for a choice: its value, or its words in any language."""
    return {
        _plain(words): value
        for value, label in spec.choices
        for words in (value, *_spellings(label, languages))
    }


def _spellings(source: str, languages: Sequence[Gettext]) -> list[str]:
    return [source, *(gettext(source) for gettext in languages)]


def _plain(text: str) -> str:
    """Without what differs from hand to hand: case, spaces, the star of a required column."""
    return "".join(text.lower().split()).strip("*＊").replace("（", "(").replace("）", ")")
