"""Contact sheets: many pictures of pages on one, small enough for the documents."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

CAPTION, GAP = 14, 8


def write_sheet(path: Path, pictures: Mapping[str, bytes], *, width: int, columns: int) -> None:
    """All pictures in rows, each `width` wide with its name above it."""
    shrunk = {name: _shrunk(content, width) for name, content in pictures.items()}
    height = max(image.height for image in shrunk.values()) + CAPTION + GAP
    rows = -(-len(shrunk) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, rows * height + GAP), "#9a9a9a")
    pen = ImageDraw.Draw(sheet)
    for place, (name, image) in enumerate(shrunk.items()):
        x, y = GAP + place % columns * (width + GAP), GAP + place // columns * height
        pen.text((x, y), name, fill="black")
        sheet.paste(image, (x, y + CAPTION))
    sheet.save(path, "WEBP", quality=45, method=6)


def _shrunk(content: bytes, width: int) -> Image.Image:
    image = Image.open(BytesIO(content)).convert("RGB")
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
