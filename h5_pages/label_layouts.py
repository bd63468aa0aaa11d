"""The papers that labels are printed on: sheets of adhesive paper, and rolls of label printers."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.texts import N_


@dataclass(frozen=True)
class Layout:
    """One paper. All lengths in mm; the page of a roll is one label. `code`: the QR code, quiet zone included."""

    title: str
    page: tuple[float, float]
    label: tuple[float, float]
    grid: tuple[int, int]
    code: float
    first: tuple[float, float] = (0.0, 0.0)
    gap: tuple[float, float] = (0.0, 0.0)

    @property
    def per_page(self) -> int:
        columns, rows = self.grid
        return columns * rows

    def corner(self, place: int) -> tuple[float, float]:
        """The upper left corner of the label at that place of a page, row by row."""
        row, column = divmod(place, self.grid[0])
        return (
            self.first[0] + column * (self.label[0] + self.gap[0]),
            self.first[1] + row * (self.label[1] + self.gap[1]),
        )


A4 = (210.0, 297.0)
FIRST = "a4-24"
LAYOUTS: Mapping[str, Layout] = {
    FIRST: Layout(N_("A4, 24 labels of 70 × 37 mm"), A4, (70.0, 37.125), (3, 8), 31.0),
    "a4-21": Layout(
        N_("A4, 21 labels of 63.5 × 38.1 mm"), A4, (63.5, 38.1), (3, 7), 31.0, (7.2, 15.1), (2.54, 0.0)
    ),
    "a4-8": Layout(N_("A4, 8 labels of 105 × 74 mm"), A4, (105.0, 74.25), (2, 4), 52.0),
    "roll-70x50": Layout(N_("Roll, 70 × 50 mm"), (70.0, 50.0), (70.0, 50.0), (1, 1), 34.0),
    "roll-62x29": Layout(N_("Roll, 62 × 29 mm"), (62.0, 29.0), (62.0, 29.0), (1, 1), 25.0),
    "roll-50x30": Layout(N_("Roll, 50 × 30 mm"), (50.0, 30.0), (50.0, 30.0), (1, 1), 25.0),
}
