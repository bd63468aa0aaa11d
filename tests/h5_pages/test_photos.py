import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from h5_pages.photos import (
    HEIC,
    NOT_A_PICTURE,
    TOO_LARGE,
    TOO_MANY_PIXELS,
    AcceptedPhoto,
    PhotoRefused,
    accept,
)

RED, BLUE = (220, 20, 20), (20, 20, 220)


def _two_halves(width: int = 400, height: int = 200, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image.convert(mode)


def _bytes(image: Image.Image, format_name: str = "JPEG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, format_name, **options)
    return content.getvalue()


def _opened(photo: AcceptedPhoto) -> Image.Image:
    return Image.open(io.BytesIO(photo.content))


def _looks(image: Image.Image, where: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = image.convert("RGB").getpixel(where)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


def _with_place_and_rotation() -> bytes:
    exif = Image.Exif()
    exif[Base.Orientation] = 6  # the camera was held upright: turn by 90° to the right
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (32.0, 3.0, 30.0)
    return _bytes(
        _two_halves(), exif=exif, comment=b"room 3, Mr X", xmp=b"<x:xmpmeta/>", icc_profile=b"profile"
    )


def _png_promising(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("format_name", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "P"),
        ("PNG", "RGBA"),
        ("PNG", "1"),
        ("WEBP", "RGB"),
    ],
)
async def test_jpeg_png_and_webp_become_rgb_jpeg(format_name: str, mode: str) -> None:
    photo = await accept(_bytes(_two_halves(mode=mode), format_name))
    kept = _opened(photo)
    assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (400, 200))
    assert (photo.media_type, photo.width, photo.height) == ("image/jpeg", 400, 200)


async def test_picture_of_a_phone_that_writes_two_into_one_file_is_taken() -> None:
    pair = _bytes(_two_halves(), "MPO", save_all=True, append_images=[_two_halves(40, 20)])
    assert (await accept(pair)).width == 400


async def test_rotation_is_applied_and_place_comment_and_profile_are_gone() -> None:
    photo = await accept(_with_place_and_rotation())
    kept = _opened(photo)
    assert kept.size == (200, 400)
    assert _looks(kept, (100, 50), RED)
    assert _looks(kept, (100, 350), BLUE)
    assert not kept.getexif()
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Mr X" not in photo.content


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (6000, 30)])
async def test_large_picture_is_made_smaller_in_its_proportions(size: tuple[int, int]) -> None:
    photo = await accept(_bytes(_two_halves(*size)))
    assert max(photo.width, photo.height) == 2000
    assert photo.width / photo.height == pytest.approx(size[0] / size[1], rel=0.01)


async def test_transparent_parts_become_white() -> None:
    photo = await accept(_bytes(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    assert _looks(_opened(photo), (25, 25), (255, 255, 255))


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", "你好，这不是照片".encode() * 100, b"%PDF-1.7 ...", b"GIF89a" + bytes(50), b"<svg/>"],
)
async def test_what_is_no_photo_is_refused_whatever_its_name(data: bytes) -> None:
    with pytest.raises(PhotoRefused) as refused:
        await accept(data)
    assert refused.value.text == NOT_A_PICTURE


async def test_20_megabytes_are_refused_with_the_limit() -> None:
    with pytest.raises(PhotoRefused, match="larger than 12 MB") as refused:
        await accept(_bytes(_two_halves()) + bytes(20_000_000))
    assert refused.value.text == TOO_LARGE


@pytest.mark.parametrize("size", [(60_000, 60_000), (12_000, 9_000), (6_000, 6_000)])
async def test_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PhotoRefused) as refused:
        await accept(_png_promising(*size))
    assert refused.value.text == TOO_MANY_PIXELS


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
async def test_heic_is_refused_with_what_to_do(brand: bytes) -> None:
    with pytest.raises(PhotoRefused, match="Most Compatible") as refused:
        await accept(b"\x00\x00\x00\x18ftyp" + brand + bytes(100))
    assert refused.value.text == HEIC


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
async def test_cut_off_picture_is_refused_and_never_fails_otherwise(format_name: str, part: float) -> None:
    whole = _bytes(Image.effect_noise((300, 300), 50).convert("RGB"), format_name)
    with pytest.raises(PhotoRefused):
        await accept(whole[: int(len(whole) * part)])


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of broken EXIF and goes on without it
async def test_flipped_bytes_never_fail_otherwise_than_refused() -> None:
    whole = _with_place_and_rotation()
    for place in range(0, len(whole), 37):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            photo = await accept(broken)
        except PhotoRefused:
            continue
        assert _opened(photo).format == "JPEG"
