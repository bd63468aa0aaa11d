"""Our static files, read once at start and sent compressed, for ever, under an address that holds their hash."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).with_name("static")
NEEDED = ("vendor/weui.css", "vendor/htmx.min.js", "yishe.css")
SENT = {".css", ".js", ".svg", ".png", ".ico", ".webmanifest"}
FOR_EVER = "public, max-age=31536000, immutable"


class AssetsMissing(FileNotFoundError):
    """The front-end files were not fetched; the message says what to do."""


@dataclass(frozen=True)
class Asset:
    """One file with its compressed form."""

    content: bytes
    packed: bytes
    media_type: str
    digest: str


class Statics:
    """All static files by name."""

    def __init__(self, folder: Path = STATIC) -> None:
        """Read the folder; raises `AssetsMissing`."""
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise AssetsMissing(f"{', '.join(missing)} is missing: run python -m h5_pages.assets")
        files = [path for path in folder.rglob("*") if path.suffix in SENT]
        self._assets = {path.relative_to(folder).as_posix(): _read(path) for path in files}

    def url(self, name: str) -> str:
        """The address of a file, with the hash of its content."""
        return f"/static/{name}?v={self._assets[name].digest}"

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Answer with a file, compressed if the browser can."""
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        known = request.query.get("v") == asset.digest
        headers = {
            "Content-Type": asset.media_type,
            "Cache-Control": FOR_EVER if known else "no-cache",
            "ETag": f'"{asset.digest}"',
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        if f'"{asset.digest}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=asset.packed, headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(body=asset.content, headers=headers)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return Asset(content, _packed(path, content), media_type, hashlib.sha256(content).hexdigest()[:16])


def _packed(path: Path, content: bytes) -> bytes:
    """The form that the set-up made, unless the file was changed since."""
    packed = path.with_name(path.name + ".gz")
    if packed.is_file() and packed.stat().st_mtime_ns == path.stat().st_mtime_ns:
        return packed.read_bytes()
    return gzip.compress(content, mtime=0)
