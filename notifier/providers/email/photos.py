"""Photos of a report that go along with a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

MOST_PHOTOS = 3
MOST_BYTES = 7 * 1024 * 1024
"""For all of a mail: many servers take no mail over 10 MB, and base64 makes more than a third more of it."""
_KINDS = ((b"\xff\xd8\xff", "image/jpeg", "jpg"), (b"\x89PNG", "image/png", "png"))

log = structlog.get_logger()


@dataclass(frozen=True)
class Attachment:
    """A file as a mail carries it."""

    name: str
    media_type: str
    content: bytes


class Contents(Protocol):
    """Where stored files are read."""

    async def get(self, sha256: str) -> bytes:
        """Raises OSError for one that is not there."""
        ...


class Photos:
    """Reads them for a mail. What is missing, too large or no picture is left out, for the page has it all."""

    def __init__(self, files: Contents | None) -> None:
        self._files = files

    async def read(self, photos: Sequence[tuple[str, str]]) -> list[Attachment]:
        """Those of these labels and contents that can go along, the first ones first."""
        found: list[Attachment] = []
        for number, (label, sha256) in enumerate(photos, start=1):
            made = await self._one(f"{label} {number}", sha256)
            if made and sum(len(part.content) for part in found) + len(made.content) <= MOST_BYTES:
                found.append(made)
        return found

    async def _one(self, name: str, sha256: str) -> Attachment | None:
        if self._files is None:
            return None
        try:
            content = await self._files.get(sha256)
        except OSError as error:
            log.warning("photo_not_sent", reason=type(error).__name__)
            return None
        kinds = (
            Attachment(f"{name}.{end}", kind, content)
            for head, kind, end in _KINDS
            if content.startswith(head)
        )
        return next(kinds, None)
