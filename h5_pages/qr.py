"""QR codes of device labels, error correction level M (15 % of a code may be worn off)."""

import io
from collections.abc import Iterator

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET_ZONE = 4  # modules, ISO/IEC 18004


def modules(url: str) -> list[list[bool]]:
    """The code's rows, quiet zone included; True is dark."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(url)
    code.make()
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


def runs(rows: list[list[bool]]) -> Iterator[tuple[int, int, int]]:
    """Dark modules that touch in a row, as (x, y, length): fewer shapes, and no seams between them."""
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            length = next((i for i, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if length:
                yield x, y, length
            x += length or 1


def svg(url: str) -> str:
    """One path on white, without style attributes, which the content security policy would refuse."""
    rows = modules(url)
    side = len(rows)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>'
    )


def png(url: str, *, module_px: int = 8) -> bytes:
    """Black on white, `module_px` pixels a module."""
    rows = modules(url)
    image = Image.new("1", (len(rows), len(rows)), 1)
    image.putdata([not dark for row in rows for dark in row])
    scaled = image.resize((len(rows) * module_px, len(rows) * module_px), Image.Resampling.NEAREST)
    content = io.BytesIO()
    scaled.save(content, "PNG", optimize=True)
    return content.getvalue()
