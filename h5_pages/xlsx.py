"""Lists as spreadsheets (.xlsx): written row by row into a file aside, so that long ones fill no memory."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from aiohttp import web

from h5_pages.lists import Column, ListQuery
from h5_pages.visit import Visit
from storage.clock import SHANGHAI
from storage.paging import Order, Page, decoded
from storage.texts import N_
from workflows.administration.exports import Export, note

if TYPE_CHECKING:
    from openpyxl.cell import Cell

T = TypeVar("T")
Fetch = Callable[[Order], Awaitable[Page[T]]]
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BATCH = 5000  # the rows before are looked for again with each: few large ones are a tenth of the work
MOST_ROWS = 100_000
CUT = N_("Only the first {limit} rows are in this file. Please narrow the list and save it again.")
LONGEST_TEXT = 32_767  # what a cell holds
WIDEST = 60
# What a spreadsheet would take for a formula when the cell is edited or saved as CSV.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export(
    visit: Visit, subject: str, query: ListQuery, columns: Sequence[Column[T]], fetch: Fetch[T]
) -> web.Response:
    """The whole list with its filters and order, as a download; what was taken is on record.

    `fetch` gives the asked part of the list and looks to the viewer's scope; `subject` names the list.
    """
    written = [column for column in columns if column.text is not None]
    file, count = await _written(visit, query, written, fetch)
    try:
        await note(visit.services.office, visit.by, Export(subject, query.given, count))
    except BaseException:
        file.close()
        raise
    name = quote(f"{subject}-{visit.now.astimezone(SHANGHAI):%Y%m%d-%H%M}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return web.Response(body=file, content_type=MEDIA_TYPE, headers=headers)


async def _written(
    visit: Visit, query: ListQuery, columns: Sequence[Column[T]], fetch: Fetch[T]
) -> tuple[IO[bytes], int]:
    sheet = Sheet([visit.gettext(column.label) for column in columns])
    order, count = replace(query.order(min(BATCH, MOST_ROWS)), after=None, counted=False), 0
    while True:
        page = await fetch(order)
        rows = [[column.text(row) for column in columns if column.text] for row in page.rows]
        await asyncio.to_thread(sheet.add, rows)
        count += len(rows)
        if not page.next or count >= MOST_ROWS:
            note = [[visit.gettext(CUT).format(limit=count)]] if page.next else []
            await asyncio.to_thread(sheet.add, note)
            return await asyncio.to_thread(sheet.saved), count
        order = decoded(page.next, order, query.sorts)


class Sheet:
    """One table, whose rows go to a file at once. Its methods take time: call them in a thread."""

    def __init__(self, captions: Sequence[str]) -> None:
        from openpyxl import Workbook  # noqa: PLC0415 - takes a third of a second, and is seldom needed
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - the same
        from openpyxl.styles import Font  # noqa: PLC0415 - the same
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - the same

        self._book, self._cell = Workbook(write_only=True), WriteOnlyCell
        self._sheet = self._book.create_sheet()
        self._sheet.freeze_panes = "A2"
        for nth, caption in enumerate(captions, start=1):
            width = min(WIDEST, 6 + 2 * len(caption))
            self._sheet.column_dimensions[get_column_letter(nth)].width = width
        head = [self._made(caption) for caption in captions]
        for cell in head:
            cell.font = Font(bold=True)
        self._sheet.append(head)

    def add(self, rows: Sequence[Sequence[object]]) -> None:
        """Write some rows."""
        for row in rows:
            self._sheet.append([self._made(value) for value in row])

    def saved(self) -> IO[bytes]:
        """The finished file, at its beginning; it is gone when it is closed."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
        self._book.save(file)
        file.seek(0)
        return file

    def _made(self, value: object) -> "Cell":
        shown = plain(value)
        cell = self._cell(self._sheet, value=shown)
        if isinstance(shown, str) and shown:
            cell.data_type = "s"  # whatever it begins with
            cell.quotePrefix = shown.startswith(FORMULA)
        return cell


def plain(value: object) -> Any:
    """What a cell can hold: numbers, dates and times of ours as such, anything else as text."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415 - see above

    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).replace(tzinfo=None)
    if value is None or (isinstance(value, (int, Decimal, date)) and not isinstance(value, bool)):
        return value
    return str(ILLEGAL_CHARACTERS_RE.sub("", str(value)))[:LONGEST_TEXT]
