"""The first photo of what a message is about, at the head of its card: chat programs fetch it without signing in.

Whoever has the address sees it, as whoever has the message does. It is good for some days, and only where an
account of the house is set to send photos along.
"""

from datetime import timedelta

from aiohttp import web

from h5_pages.params import OfToken
from h5_pages.views.files import send_content
from h5_pages.visit import Visit
from storage.access import NotVisible, notices

SHOWN_FOR = timedelta(days=7)


async def photo(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The photo; raises `NotVisible`."""
    services = visit.services
    message_id = services.links.photo_of(OfToken.of(request).token)
    if message_id is None:
        raise NotVisible
    since = services.clocks.real.now() - SHOWN_FOR
    found = await notices.photo_by_link(services.db, message_id, since)
    answer = await send_content(visit, found, small=False)
    # What shows the card has another origin than our pages, and would not be let have it.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
