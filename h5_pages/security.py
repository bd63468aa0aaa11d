"""Headers of every page, and where a form may come from."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import web

# img-src data: is for the icons in WeUI's style sheet.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# same-origin and not no-referrer: the token in an address never leaves us either way, but browsers write
# "Origin: null" on forms of pages with no-referrer, and then a forged form could not be told from ours.
PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
TWO_YEARS = "max-age=63072000"


def protect(response: web.StreamResponse, *, secure: bool) -> None:
    """Set the headers that the handler did not set itself."""
    for name, value in PAGE_HEADERS.items():
        response.headers.setdefault(name, value)
    if secure:
        response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)


def is_foreign(request: web.Request, our_origin: str) -> bool:
    """Was this form sent from another site? Browsers that send no Origin are left to the form's token."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    return origin.lower() != our_origin and urlsplit(origin).netloc.lower() != request.host.lower()


def client_address(request: web.Request, trusted_hops: int) -> str:
    """The visitor's address: the one that our own outermost proxy saw, never one that the visitor wrote."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if trusted_hops and len(seen) >= trusted_hops:
        return seen[-trusted_hops]
    return request.remote or ""
