"""Photos from people's phones: checked by what they contain, made smaller, freed of everything but the picture."""

import asyncio
import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from storage.texts import N_
from workflows.errors import WorkflowError

LARGEST_MB = 12
LARGEST_BYTES = LARGEST_MB * 1024 * 1024
LONGEST_SIDE_PX = 2000
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
# A JPEG is decoded at reduced size, all others whole.
MOST_JPEG_PIXELS, MOST_OTHER_PIXELS = 50_000_000, 25_000_000
# ISO/IEC 23008-12, brands of the files that phones write.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

NOT_A_PICTURE = N_("This file is not a picture. Please choose a photo (JPEG, PNG or WebP).")
DAMAGED = N_("This picture is damaged. Please take the photo again.")
TOO_LARGE = N_("This photo is larger than {megabytes} MB. Please choose a smaller one, or take it again.")
TOO_MANY_PIXELS = N_("This picture has too many pixels. Please choose a smaller one, or take a photo.")
HEIC = N_(
    "Photos in the HEIC format cannot be read here. On an iPhone choose Settings, Camera, Formats, "
    "“Most Compatible” and take the photo again, or send a screenshot of it."
)


class PhotoRefused(WorkflowError):
    """The upload cannot be kept; the text says why and what to do."""

    text = NOT_A_PICTURE


@dataclass(frozen=True)
class AcceptedPhoto:
    """A photo as it is kept: a JPEG without metadata, upright, no side over `LONGEST_SIDE_PX`."""

    content: bytes
    media_type: str
    width: int
    height: int


async def accept(data: bytes) -> AcceptedPhoto:
    """Make an upload into what is kept; the work is done in a thread. Raises `PhotoRefused`."""
    if len(data) > LARGEST_BYTES:
        raise PhotoRefused(TOO_LARGE, megabytes=LARGEST_MB)
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        raise PhotoRefused(HEIC)
    return await asyncio.to_thread(_convert, data)


def _convert(data: bytes) -> AcceptedPhoto:
    # Pillow's decoders raise many kinds of error for broken input; its limit may also come as a warning.
    try:
        with _opened(data) as image:
            return _kept(_picture_alone(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoRefused(TOO_MANY_PIXELS) from None
    except (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error, zlib.error):
        raise PhotoRefused(DAMAGED) from None


def _opened(data: bytes) -> Image.Image:
    """The header's promise, with nothing decoded yet."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise PhotoRefused(NOT_A_PICTURE) from None
    is_jpeg = image.get_format_mimetype() in ("image/jpeg", "image/mpo")
    if image.width * image.height > (MOST_JPEG_PIXELS if is_jpeg else MOST_OTHER_PIXELS):
        raise PhotoRefused(TOO_MANY_PIXELS)
    image.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    return image


def _picture_alone(image: Image.Image) -> Image.Image:
    """Upright, small enough, on white, and copied so that no comment, profile or place comes along."""
    image.load()
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    picture = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        picture.paste(upright, mask=upright.getchannel("A"))
    else:
        picture.paste(upright.convert("RGB"))
    return picture


def _kept(picture: Image.Image) -> AcceptedPhoto:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY, optimize=True)
    return AcceptedPhoto(content.getvalue(), "image/jpeg", picture.width, picture.height)
