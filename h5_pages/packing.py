"""Sends pages compressed: a long case page or the manual is a quarter as many bytes over a weak signal.

A page holds a form's token beside words that a visitor chose, and the length of what is compressed tells a
little of both to whoever watches it often enough (BREACH). So each page gets a name of random length in the
header of its compressed form, as in Django since 4.2: the little drowns in it.
"""

import gzip
import io
import secrets

from aiohttp import hdrs, web

SMALLEST = 1000  # bytes; a shorter page fits into the first packet anyway
QUICK = 4  # of 9: half a millisecond for the longest page, and nearly as small
LONGEST_NAME = 100


def pack(request: web.Request, response: web.StreamResponse) -> None:
    """Compress the page if the browser can read that."""
    if not isinstance(response, web.Response) or response.content_type != "text/html":
        return
    if not isinstance(response.body, bytes) or len(response.body) < SMALLEST:
        return
    response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        response.body = packed(response.body)
        response.headers[hdrs.CONTENT_ENCODING] = "gzip"


def packed(content: bytes) -> bytes:
    """The content in gzip's form, a little longer each time by another number of bytes."""
    kept = io.BytesIO()
    name = "x" * secrets.randbelow(LONGEST_NAME)
    with gzip.GzipFile(name, "wb", QUICK, kept, mtime=0) as file:
        file.write(content)
    return kept.getvalue()
