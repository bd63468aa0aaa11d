"""Photos on their way: accepted, stored, and named by a signed reference until their case takes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from secrets import token_urlsafe

from h5_pages import photos
from h5_pages.seals import Seals
from storage.case_writer import NewAttachment
from storage.files import Files

MAX_PHOTOS = 6
MAX_PHOTO_BYTES = 12 * 1024 * 1024
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class KeptPhoto:
    """A photo that is stored but belongs to no case yet. `reference` is what the form carries."""

    sha256: str
    name: str
    reference: str


class PhotoDesk:
    """Takes photos in and knows them again."""

    def __init__(self, files: Files, seals: Seals) -> None:
        self._files = files
        self._seals = seals

    async def keep(self, name: str, content: bytes) -> KeptPhoto:
        """Store an uploaded photo; raises `photos.PhotoRefused` or `DatabaseAway`."""
        accepted = await photos.accept(content)
        sha256 = await self._files.put(accepted.content, accepted.media_type)
        return self._kept(sha256, plain_name(name))

    def known(self, references: Sequence[str]) -> list[KeptPhoto]:
        """The photos behind references that were made here; others are passed over."""
        found = []
        for reference in references:
            sha256, _, rest = reference.partition(".")
            seal, _, name = rest.partition(".")
            if SHA256.fullmatch(sha256) and self._seals.holds(seal, "photo", sha256, name):
                found.append(KeptPhoto(sha256, name, reference))
        return found

    def _kept(self, sha256: str, name: str) -> KeptPhoto:
        return KeptPhoto(sha256, name, f"{sha256}.{self._seals.token('photo', sha256, name)}.{name}")


def attachments(kept: Sequence[KeptPhoto]) -> list[NewAttachment]:
    """What the engine attaches, each under an address that nobody can guess."""
    unique = {photo.sha256: photo for photo in kept}
    return [NewAttachment(photo.sha256, photo.name, token_urlsafe(16)) for photo in unique.values()]


def plain_name(name: str) -> str:
    """A file name without folders, control characters or endless length."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:100].strip() or "photo"
