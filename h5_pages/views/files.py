"""Attached files, for those who see their case."""

from urllib.parse import quote

from aiohttp import web

from h5_pages.params import OfFile
from h5_pages.visit import Visit
from storage.access import NotVisible, files
from storage.directory import Viewer

SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})


async def file(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A file of a case in the viewer's scope."""
    return await send_file(visit, visit.person, OfFile.of(request).key)


async def send_file(visit: Visit, viewer: Viewer, key: str) -> web.Response:
    """The content, never as anything that a browser would run; raises `NotVisible`."""
    found = await files.attachment(visit.services.db, viewer, key)
    try:
        content = await visit.services.files.get(found.sha256)
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
