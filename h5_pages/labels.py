"""QR labels as PDF, on the papers of `label_layouts`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from h5_pages import qr
from h5_pages.label_layouts import FIRST, LAYOUTS, Layout

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN_MM = 2.0
LINE_MM = 6.2
SMALLEST_PT = 6.5  # read at arm's length
FONT = "label"
# A sheet of the same labels is the same file.
FIXED_DATE = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Label:
    """What one label says; `hint` tells whoever stands before it what the code is for, `note` which label it is."""

    url: str
    name: str
    number: str
    department: str
    hospital: str
    hint: str = ""
    note: str = ""

    @property
    def lines(self) -> list[tuple[str, float]]:
        """Its texts with their sizes in points, the most important first."""
        found = [(self.name, 11.0), (self.number, 10.0), (self.department, 8.5), (self.hospital, 8.5)]
        return found + [(text, size) for text, size in ((self.hint, 8.5), (self.note, 6.5)) if text]


def label_sheet(labels: Sequence[Label], layout: Layout = LAYOUTS[FIRST]) -> bytes:
    """A PDF with as many pages as it takes. Takes seconds: call it in a thread."""
    from fpdf import FPDF  # noqa: PLC0415 - takes a third of the service's start, and is seldom needed
    from pylopdf_fonts_zh_cn import sans_path  # noqa: PLC0415 - the same

    pdf = FPDF(format=layout.page)
    pdf.set_auto_page_break(auto=False)
    pdf.c_margin = 0
    pdf.set_creation_date(FIXED_DATE)
    pdf.set_lang("zh-CN")
    pdf.add_font(FONT, fname=sans_path())
    for start in range(0, max(len(labels), 1), layout.per_page):
        pdf.add_page()
        for place, label in enumerate(labels[start : start + layout.per_page]):
            _label(pdf, label, layout, layout.corner(place))
    return bytes(pdf.output())


def _label(pdf: "FPDF", label: Label, layout: Layout, corner: tuple[float, float]) -> None:
    (x, y), (width, height) = corner, layout.label
    if layout.per_page > 1:
        pdf.set_draw_color(200)
        pdf.set_line_width(0.1)
        pdf.rect(x, y, width, height)  # where to cut, on plain paper
    _code(pdf, label.url, layout.code, (x + MARGIN_MM, y + (height - layout.code) / 2))
    line_mm = min(LINE_MM, (height - 2 * MARGIN_MM) / len(label.lines))
    top = y + (height - line_mm * len(label.lines)) / 2
    left, text_mm = x + MARGIN_MM + layout.code, width - layout.code - 2 * MARGIN_MM
    for place, (text, size_pt) in enumerate(label.lines):
        pdf.set_xy(left, top + place * line_mm)
        _line(pdf, text, size_pt, text_mm, line_mm)


def _code(pdf: "FPDF", url: str, side_mm: float, corner: tuple[float, float]) -> None:
    rows = qr.modules(url)
    (x, y), side = corner, side_mm / len(rows)
    pdf.set_fill_color(0)
    for column, row, length in qr.runs(rows):
        pdf.rect(x + column * side, y + row * side, length * side, side, style="F")


def _line(pdf: "FPDF", text: str, size_pt: float, text_mm: float, height: float) -> None:
    pdf.set_font(FONT, size=size_pt)
    width = pdf.get_string_width(text)
    if width > text_mm:
        pdf.set_font(FONT, size=max(SMALLEST_PT, size_pt * text_mm / width))
    pdf.cell(text_mm, height, cut(pdf, text, text_mm))


def cut(pdf: "FPDF", text: str, width: float) -> str:
    """The text, or as much of its beginning as fits with an ellipsis, in the present font and unit."""
    if pdf.get_string_width(text) <= width + 0.01:
        return text
    while text and pdf.get_string_width(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
