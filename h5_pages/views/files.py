"""Attached files, for those who see their case."""

from urllib.parse import quote

from aiohttp import web

from h5_pages.params import OfFile
from h5_pages.uploads import JPEG, make_thumbnail
from h5_pages.visit import Visit
from storage.access import NotVisible, files
from storage.access.files import FileRef
from storage.directory import Viewer
from storage.files import Files

SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})


async def file(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A file of a case in the viewer's scope."""
    wanted = OfFile.of(request)
    return await send_file(visit, visit.person, wanted.key, small=wanted.small)


async def send_file(visit: Visit, viewer: Viewer, key: str, *, small: bool) -> web.Response:
    """The content, or its small picture; raises `NotVisible`."""
    return await send_content(visit, await files.attachment(visit.services.db, viewer, key), small=small)


async def send_content(visit: Visit, found: FileRef, *, small: bool) -> web.Response:
    """The content, never as anything that a browser would run; raises `NotVisible`."""
    try:
        content = await _content(visit.services.files, found, small=small)
    except FileNotFoundError:
        raise NotVisible from None
    shown = found.media_type in SHOWN_INLINE
    headers = {
        "Content-Type": found.media_type if shown else "application/octet-stream",
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(found.name)}",
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return web.Response(body=content, headers=headers)


async def _content(kept: Files, found: FileRef, *, small: bool) -> bytes:
    """The small picture is made when it is first asked for, where it was not made at the upload."""
    if not small or found.media_type != JPEG:
        return await kept.get(found.sha256)
    if found.thumbnail is not None:
        return await kept.get(found.thumbnail)
    return await kept.get(await make_thumbnail(kept, found.sha256, await kept.get(found.sha256)))
