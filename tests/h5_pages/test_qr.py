import io

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from h5_pages import qr

URL = "https://yishe.example.org/d/3q2-7wAAAAAAAAAAAAAAAA"
URLS = [URL, "http://127.0.0.1:8000/d/AAAAAAAAAAAAAAAAAAAAAA", "https://例.example/d/x?a=1&b=<2>"]


def _drawn(svg: str, module_px: int = 6) -> Image.Image:
    """The picture that the path of our SVG describes."""
    side = int(svg.split('viewBox="0 0 ')[1].split(" ", maxsplit=1)[0])
    image = Image.new("L", (side * module_px, side * module_px), 255)
    for run in svg.rsplit(' d="', 1)[1].split('"', maxsplit=1)[0].split("z")[:-1]:
        start, length = run.removeprefix("M").split("v")[0].split("h")
        x, y = (int(part) for part in start.split(" "))
        ends = (x + int(length)) * module_px - 1, (y + 1) * module_px - 1
        ImageDraw.Draw(image).rectangle((x * module_px, y * module_px, *ends), fill=0)
    return image


@pytest.mark.parametrize("url", URLS)
def test_png_reads_back_at_level_m(url: str) -> None:
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr.png(url))).convert("L"))
    assert code.text == url
    assert code.ec_level == "M"


@pytest.mark.parametrize("url", URLS)
def test_svg_reads_back(url: str) -> None:
    (code,) = zxingcpp.read_barcodes(_drawn(qr.svg(url)))
    assert code.text == url


def test_svg_is_small_and_holds_nothing_that_the_policy_refuses() -> None:
    svg = qr.svg(URL)
    assert len(svg) < 5000
    assert "style" not in svg
    assert "<script" not in svg


def test_same_url_gives_the_same_code() -> None:
    assert qr.svg(URL) == qr.svg(URL)
    assert qr.png(URL) == qr.png(URL)


def test_worn_code_reads_still() -> None:
    image = Image.open(io.BytesIO(qr.png(URL))).convert("L")
    middle = image.width // 2
    ImageDraw.Draw(image).rectangle((middle, middle, middle + 50, middle + 50), fill=255)
    (code,) = zxingcpp.read_barcodes(image)
    assert code.text == URL
