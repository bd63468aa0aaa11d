"""Label sheets: 24 QR labels on A4, three by eight, 70 x 37 mm each, a common format of adhesive paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from h5_pages import qr

if TYPE_CHECKING:
    from fpdf import FPDF

COLUMNS, ROWS = 3, 8
PER_PAGE = COLUMNS * ROWS
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210.0, 297.0
WIDTH_MM, HEIGHT_MM = PAGE_WIDTH_MM / COLUMNS, PAGE_HEIGHT_MM / ROWS
CODE_MM = 31.0  # quiet zone included
MARGIN_MM = 2.0
TEXT_MM = WIDTH_MM - CODE_MM - 2 * MARGIN_MM
SMALLEST_PT = 6.5  # read at arm's length
FONT = "label"
# A sheet of the same labels is the same file.
FIXED_DATE = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Label:
    """What one label says; `hint` tells whoever stands before it what the code is for."""

    url: str
    name: str
    number: str
    department: str
    hospital: str
    hint: str = ""


def label_sheet(labels: Sequence[Label]) -> bytes:
    """A PDF with as many A4 pages as it takes. Takes seconds: call it in a thread."""
    from fpdf import FPDF  # noqa: PLC0415 - takes a third of the service's start, and is seldom needed
    from pylopdf_fonts_zh_cn import sans_path  # noqa: PLC0415 - the same

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.c_margin = 0
    pdf.set_creation_date(FIXED_DATE)
    pdf.set_lang("zh-CN")
    pdf.add_font(FONT, fname=sans_path())
    for start in range(0, max(len(labels), 1), PER_PAGE):
        pdf.add_page()
        for place, label in enumerate(labels[start : start + PER_PAGE]):
            row, column = divmod(place, COLUMNS)
            _label(pdf, label, column * WIDTH_MM, row * HEIGHT_MM)
    return bytes(pdf.output())


def _label(pdf: "FPDF", label: Label, x: float, y: float) -> None:
    pdf.set_draw_color(200)
    pdf.set_line_width(0.1)
    pdf.rect(x, y, WIDTH_MM, HEIGHT_MM)  # where to cut, on plain paper
    _code(pdf, label.url, x + MARGIN_MM, y + (HEIGHT_MM - CODE_MM) / 2)
    lines = [(label.name, 11.0), (label.number, 10.0), (label.department, 8.5), (label.hospital, 8.5)]
    lines += [(label.hint, 8.5)] if label.hint else []
    line_mm = (HEIGHT_MM - 3 * MARGIN_MM) / 5
    top = y + (HEIGHT_MM - line_mm * len(lines)) / 2
    for place, (text, size_pt) in enumerate(lines):
        _line(pdf, text, size_pt, x + MARGIN_MM + CODE_MM, top + place * line_mm, line_mm)


def _code(pdf: "FPDF", url: str, x: float, y: float) -> None:
    rows = qr.modules(url)
    side = CODE_MM / len(rows)
    pdf.set_fill_color(0)
    for column, row, length in qr.runs(rows):
        pdf.rect(x + column * side, y + row * side, length * side, side, style="F")


def _line(pdf: "FPDF", text: str, size_pt: float, x: float, y: float, height: float) -> None:
    pdf.set_font(FONT, size=size_pt)
    width = pdf.get_string_width(text)
    if width > TEXT_MM:
        pdf.set_font(FONT, size=max(SMALLEST_PT, size_pt * TEXT_MM / width))
    pdf.set_xy(x, y)
    pdf.cell(TEXT_MM, height, cut(pdf, text, TEXT_MM))


def cut(pdf: "FPDF", text: str, width: float) -> str:
    """The text, or as much of its beginning as fits with an ellipsis, in the present font and unit."""
    if pdf.get_string_width(text) <= width + 0.01:
        return text
    while text and pdf.get_string_width(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
