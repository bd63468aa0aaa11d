"""The spreadsheet that people fill in for an import: captions, drop-downs, and a second sheet that explains."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from storage.texts import N_, Gettext
from workflows.administration.sheets import MOST_ROWS
from workflows.definition import Form
from workflows.forms import FieldSpec, describe

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

NOTES = N_("Notes")
KINDS = {
    "date": N_("A date, for example 2026-03-01"),
    "datetime": N_("Date and time, for example 2026-03-01 14:30"),
    "money": N_("An amount, for example 1200.50"),
    "bool": N_("yes or no"),
}
REQUIRED, OPTIONAL = N_("needed"), N_("may stay empty")
LONGEST_LIST = 255  # characters that a drop-down may hold within its cell; longer ones come from a sheet


def template(form: type[Form], title: str, t: Gettext) -> bytes:
    """An xlsx file without a line to fill in wrong. Takes time: call it in a thread."""
    from openpyxl import Workbook  # noqa: PLC0415 - takes a third of a second, and is seldom needed

    book, specs = Workbook(), describe(form)
    del book[book.sheetnames[0]]
    table = book.create_sheet(t(title)[:31])
    table.freeze_panes = "A2"
    table.append([t(spec.label) + ("*" if spec.required else "") for spec in specs])
    notes = book.create_sheet(t(NOTES)[:31])
    notes.append([t(N_("Column")), t(N_("Required?")), t(N_("What is sent there"))])
    for nth, spec in enumerate(specs, start=1):
        notes.append([t(spec.label), t(REQUIRED if spec.required else OPTIONAL), _explained(spec, t)])
        _column(table, nth, spec, t)
    _bold(table, notes)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _column(table: "Worksheet", nth: int, spec: FieldSpec, t: Gettext) -> None:
    """Width, format and drop-down of a column: texts stay texts, so that no number is rounded."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - see above
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - see above

    letter = get_column_letter(nth)
    table.column_dimensions[letter].width = max(14, 3 + 2 * len(t(spec.label)))
    if spec.kind in ("text", "textarea"):
        table.column_dimensions[letter].number_format = "@"
    words = [t(label) for _, label in spec.choices]
    listed = ",".join(words)
    if words and len(listed) <= LONGEST_LIST and not any("," in w or '"' in w for w in words):
        rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=not spec.required)
        rule.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
        table.add_data_validation(rule)


def _explained(spec: FieldSpec, t: Gettext) -> str:
    parts = [t(spec.hint)] if spec.hint else []
    parts += [t(KINDS[spec.kind])] if spec.kind in KINDS else []
    parts += [" / ".join(t(label) for _, label in spec.choices)] if spec.choices else []
    parts += [t(N_("At most {limit} characters.")).format(limit=spec.max_length)] if spec.max_length else []
    return " ".join(parts)


def _bold(*tables: Any) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - see above

    for table in tables:
        for cell in table[1]:
            cell.font = Font(bold=True)
    widths: Sequence[tuple[str, int]] = (("A", 22), ("B", 16), ("C", 80))
    for letter, width in widths:
        tables[-1].column_dimensions[letter].width = width
    for row in tables[-1].iter_rows(min_row=2):
        row[2].alignment = Alignment(wrap_text=True, vertical="top")
