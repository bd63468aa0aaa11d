"""What a browser posts: read piece by piece, within limits, so that one bad part loses nothing else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from h5_pages.patience import BodyTooLarge, Patience, patience
from h5_pages.uploads import MAX_PHOTO_BYTES, MAX_PHOTOS, KeptPhoto, attachments
from storage.case_writer import NewAttachment
from storage.database import DatabaseAway
from storage.texts import N_
from workflows.errors import WorkflowError
from workflows.forms import SEEN_SEPARATOR, SEPARATOR

MAX_FIELDS = 100
MAX_TEXT_BYTES = 256 * 1024
MAX_TEXT_FORM_BYTES = 1024 * 1024  # what a form without files may have in all, encoded
MAX_BODY_BYTES = 160 * 1024 * 1024  # beyond this nobody reads on to save the typed words
CHUNK_BYTES = 64 * 1024
LAST_CONTROL = "\x9f"
KEPT = "kept_photo"

Check = Callable[[str], None]
"""Raises unless the form's token is ours."""


@dataclass(frozen=True)
class Keep:
    """Keeps an uploaded file of at most `largest` bytes; raises `WorkflowError` with the reason, or `DatabaseAway`."""

    keep: Callable[[str, bytes], Awaitable[KeptPhoto]]
    largest: int = MAX_PHOTO_BYTES


class FormBroken(WorkflowError):
    """The body is not a form in UTF-8."""

    text = N_("What was sent could not be read. Nothing was saved. Please go back and try again.")


class PressBroken(WorkflowError):
    """The form lacks what our pages put into it."""

    text = N_("This form is not complete, so nothing was saved. Please open the page again.")


class BodyEncoded(WorkflowError):
    """The body is compressed, which no form of ours is: what it would unpack to is nobody's to guess."""

    text = N_("The request uses an encoding that is not accepted here. Nothing was saved.")


class TooManyPhotos(WorkflowError):
    """More than a report holds."""

    text = N_("At most {limit} photos: “{name}” was not accepted.")


class PhotoTooLarge(WorkflowError):
    """One photo is over the limit."""

    text = N_("“{name}” is larger than {megabytes} MB. Please choose a smaller file.")


@dataclass
class Typed:
    """A posted form. `refused`: why photos were not taken; `photos_lost`: they have to be chosen again."""

    fields: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    photos: list[KeptPhoto] = field(default_factory=list)
    refused: list[WorkflowError] = field(default_factory=list)
    photos_lost: bool = False

    def attachments(self) -> list[NewAttachment]:
        """The photos as the engine attaches them; raises `DatabaseAway` when some have to be chosen again."""
        if self.photos_lost:
            raise DatabaseAway
        return attachments(self.photos[:MAX_PHOTOS])

    def text(self, name: str) -> str:
        """A field, or an empty text."""
        return self.fields.get(name, "")

    def add(self, name: str, value: str) -> None:
        """Take a field; raises `BodyTooLarge`."""
        if len(self.fields) + len(self.kept) >= MAX_FIELDS:
            raise BodyTooLarge
        if name == KEPT:
            self.kept.append(value)
        else:
            self.fields[name] = _clean(value)


async def read_form(
    request: web.Request, check: Check, keep: Keep | None, most_bytes: int = MAX_BODY_BYTES
) -> Typed:
    """Read a posted form; without `keep` its files are passed over.

    The token is checked before the first file is looked at. Raises `FormBroken`, `BodyTooLarge`, `TooSlow`,
    `BodyEncoded`, and what `check` raises.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise BodyEncoded
    typed = Typed()
    async with patience(request, most_bytes) as patient:
        with _broken_as_typed_error():
            await _read(request, typed, patient, check, keep)
    check(typed.text("csrf"))
    return typed


async def _read(
    request: web.Request, typed: Typed, patient: Patience, check: Check, keep: Keep | None
) -> None:
    if request.content_type == "multipart/form-data":
        await _read_parts(request, typed, patient, check, keep)
    elif request.content_type == "application/x-www-form-urlencoded":
        raw = await _at_most(_chunks(request, patient), MAX_TEXT_BYTES)
        for name, value in parse_qsl(raw.decode(), keep_blank_values=True, errors="strict"):
            typed.add(name, value)
    else:
        raise FormBroken


async def _read_parts(
    request: web.Request, typed: Typed, patient: Patience, check: Check, keep: Keep | None
) -> None:
    reader = MultipartReader(request.headers, request.content)
    while (part := await reader.next()) is not None:
        patient.came()
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise FormBroken
        if part.filename is None:
            typed.add(part.name, (await _at_most(_pieces(part, patient), MAX_TEXT_BYTES)).decode())
        else:
            check(typed.text("csrf"))
            await _take_photo(part, typed, patient, keep)


async def _take_photo(part: BodyPartReader, typed: Typed, patient: Patience, keep: Keep | None) -> None:
    """Read a file to its end in any case, so that the fields behind it arrive."""
    content, size, largest = bytearray(), 0, keep.largest if keep else 0
    async for piece in _pieces(part, patient):
        size += len(piece)
        if size <= largest:
            content += piece
    if not size:
        return  # no photo was chosen
    if keep is None:
        typed.photos_lost = True
    elif len(typed.kept) + len(typed.photos) >= MAX_PHOTOS:
        typed.refused.append(TooManyPhotos(limit=MAX_PHOTOS, name=part.filename))
    elif size > largest:
        typed.refused.append(PhotoTooLarge(name=part.filename, megabytes=largest // 1024**2))
    else:
        with patient.our_own_work():
            await _keep(part.filename or "", bytes(content), typed, keep)


async def _keep(name: str, content: bytes, typed: Typed, keep: Keep) -> None:
    try:
        typed.photos.append(await keep.keep(name, content))
    except WorkflowError as error:
        typed.refused.append(error)
    except DatabaseAway:
        typed.photos_lost = True


async def _chunks(request: web.Request, patient: Patience) -> AsyncIterator[bytes]:
    async for chunk in request.content.iter_any():
        patient.came()
        yield chunk


async def _pieces(part: BodyPartReader, patient: Patience) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(CHUNK_BYTES):
        patient.came()
        yield piece


async def _at_most(pieces: AsyncIterator[bytes], limit: int) -> bytes:
    content = bytearray()
    async for piece in pieces:
        content += piece
        if len(content) > limit:
            raise BodyTooLarge
    return bytes(content)


@contextmanager
def _broken_as_typed_error() -> Any:
    try:
        yield
    except (ValueError, AssertionError, EOFError, HttpProcessingError, web.RequestPayloadError) as error:
        raise FormBroken from error


def _clean(text: str) -> str:
    """Line ends as LF, and no control characters, which PostgreSQL would refuse or screens not show."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = lines.replace(SEPARATOR, SEEN_SEPARATOR)
    return "".join(c for c in lines if c in "\n\t" or c.isprintable() or c > LAST_CONTROL)
