"""Spreadsheets as people fill them in."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook


def spreadsheet(*rows: Sequence[Any]) -> bytes:
    """An xlsx file with one table."""
    book, content = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(content)
    return content.getvalue()


HEAD = (
    "Device number",
    "Type",
    "Device name",
    "Maker",
    "Model",
    "Serial number",
    "Department",
    "Price (CNY)",
)


def device_rows(count: int, first: int = 1) -> list[tuple[Any, ...]]:
    """Rows under `HEAD`."""
    return [
        (f"MR-{n:04d}", "MR scanner", f"MR {n}", "Demo Medical", "M1", f"S-{n}", "Radiology", 1000.5 * n)
        for n in range(first, first + count)
    ]
