"""Documents: taken by what they contain, never by their name, and never shown by a browser as a page of ours."""

from dataclasses import dataclass

from h5_pages import photos
from storage.texts import N_
from storage.zips import ZipRefused, checked_zip
from workflows.errors import WorkflowError

LARGEST_MB = 25
LARGEST_BYTES = LARGEST_MB * 1024 * 1024
MOST_UNPACKED = 512 * 1024 * 1024
PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
# Short names: the registered ones are longer than the column, and nobody is sent them.
OFFICE = {
    "word/document.xml": "application/x-docx",
    "xl/workbook.xml": "application/x-xlsx",
    "ppt/presentation.xml": "application/x-pptx",
}
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")


class DocumentRefused(WorkflowError):
    """It is none of the kinds that are taken."""

    text = N_(
        "“{name}” is not accepted here. Please choose a photo, a PDF, or a document as docx, xlsx or pptx."
    )


class HasMacros(DocumentRefused):
    """Programs in documents are what spreads viruses in hospitals."""

    text = N_("“{name}” contains macros and is not accepted. Please save it without them.")


@dataclass(frozen=True)
class Accepted:
    """What is kept, and what it is."""

    content: bytes
    media_type: str


async def accept(name: str, content: bytes) -> Accepted:
    """What is kept of an upload: a photo made smaller, any other document as it is. Raises `WorkflowError`."""
    is_heic = content[4:8] == b"ftyp" and content[8:12] in photos.HEIC_BRANDS
    if content.startswith(PICTURES) or is_heic:
        photo = await photos.accept(content)
        return Accepted(photo.content, photo.media_type)
    if content.startswith(PDF):
        return Accepted(content, "application/pdf")
    if content.startswith(ZIP):
        return Accepted(content, _office(name, content))
    raise DocumentRefused(name=name)


def _office(name: str, content: bytes) -> str:
    """The kind of an office document; raises `DocumentRefused`."""
    try:
        members = checked_zip(content, most_bytes=MOST_UNPACKED)
    except ZipRefused:
        raise DocumentRefused(name=name) from None
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        raise HasMacros(name=name)
    kind = next((kind for part, kind in OFFICE.items() if part in members), None)
    if kind is None:
        raise DocumentRefused(name=name)
    return kind
