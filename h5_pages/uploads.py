"""Files on their way: scanned, accepted, stored, and named by a signed reference until something takes them."""

import asyncio
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from secrets import token_urlsafe

from PIL import Image

from h5_pages import documents, photos
from h5_pages.documents import Accepted
from h5_pages.seals import Seals
from storage.case_writer import NewAttachment
from storage.files import Files
from storage.scanning import Infected, Scanner, ScannerAway
from storage.texts import N_
from workflows.errors import WorkflowError

MAX_PHOTOS = 6
MAX_PHOTO_BYTES = photos.LARGEST_BYTES
THUMBNAIL_PX = 320
JPEG = "image/jpeg"
SHA256 = re.compile(r"[0-9a-f]{64}")


class FileInfected(WorkflowError):
    """The virus scanner knows it."""

    text = N_("“{name}” contains a virus ({virus}) and was not accepted. Please inform your IT department.")


class NotScanned(WorkflowError):
    """The virus scanner is set up, and does not answer."""

    text = N_(
        "“{name}” could not be checked for viruses at the moment, so it was not accepted. "
        "Please try again later, or send the rest without it."
    )


@dataclass(frozen=True)
class KeptPhoto:
    """A file that is stored but belongs to nothing yet. `reference` is what the form carries."""

    sha256: str
    name: str
    reference: str


class PhotoDesk:
    """Takes files in and knows them again."""

    def __init__(self, files: Files, seals: Seals, scanner: Scanner) -> None:
        self._files = files
        self._seals = seals
        self._scanner = scanner

    async def keep(self, name: str, content: bytes) -> KeptPhoto:
        """Store an uploaded photo; raises `photos.PhotoRefused`, `FileInfected`, `NotScanned` or `DatabaseAway`."""
        await self._scan(name, content)
        photo = await photos.accept(content)
        return await self._keep(plain_name(name), Accepted(photo.content, photo.media_type))

    async def keep_document(self, name: str, content: bytes) -> KeptPhoto:
        """Store an uploaded photo or document; raises as `keep` does, and `documents.DocumentRefused`."""
        await self._scan(name, content)
        shown = plain_name(name)
        return await self._keep(shown, await documents.accept(shown, content))

    def known(self, references: Sequence[str]) -> list[KeptPhoto]:
        """The files behind references that were made here; others are passed over."""
        found = []
        for reference in references:
            sha256, _, rest = reference.partition(".")
            seal, _, name = rest.partition(".")
            if SHA256.fullmatch(sha256) and self._seals.holds(seal, "photo", sha256, name):
                found.append(KeptPhoto(sha256, name, reference))
        return found

    async def held(self, references: Sequence[str]) -> list[KeptPhoto]:
        """The same, kept for another day, without those that were forgotten meanwhile; raises `DatabaseAway`."""
        known = self.known(references)
        there = await self._files.hold([photo.sha256 for photo in known]) if known else set()
        return [photo for photo in known if photo.sha256 in there]

    async def _scan(self, name: str, content: bytes) -> None:
        try:
            await self._scanner.check(content)
        except Infected as found:
            raise FileInfected(name=plain_name(name), virus=str(found)) from None
        except ScannerAway:
            raise NotScanned(name=plain_name(name)) from None

    async def _keep(self, name: str, accepted: Accepted) -> KeptPhoto:
        sha256 = await self._files.put(accepted.content, accepted.media_type)
        if accepted.media_type == JPEG:
            await make_thumbnail(self._files, sha256, accepted.content)
        return KeptPhoto(sha256, name, f"{sha256}.{self._seals.token('photo', sha256, name)}.{name}")


async def make_thumbnail(files: Files, sha256: str, content: bytes) -> str:
    """Make and keep the small picture of one of our photos; its SHA-256."""
    small = await files.put(await asyncio.to_thread(_small, content), JPEG)
    await files.set_thumbnail(sha256, small)
    return small


def _small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        image.draft("RGB", (THUMBNAIL_PX, THUMBNAIL_PX))
        image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
        small = io.BytesIO()
        image.convert("RGB").save(small, "JPEG", quality=75, optimize=True)
        return small.getvalue()


def attachments(kept: Sequence[KeptPhoto]) -> list[NewAttachment]:
    """What the engine attaches, each under an address that nobody can guess."""
    unique = {photo.sha256: photo for photo in kept}
    return [NewAttachment(photo.sha256, photo.name, token_urlsafe(16)) for photo in unique.values()]


def plain_name(name: str) -> str:
    """A file name without folders, control characters or endless length."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:100].strip() or "photo"
