"""A form of the administration that is sent twice is taken once: the second sending is led where the first was.

People press twice, phones send again what they got no answer to, and the browser shows the answer to the last.
Every form carries a key that no other page has; with another content it is another press. Forms of cases have keys
of their own, which the engine knows.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from secrets import token_urlsafe

from aiohttp import web

from h5_pages.visit import Visit
from storage import presses
from storage.database import DatabaseAway
from storage.presses import Press
from workflows.administration.office import PressedBefore

FIELD = "press"
LOOKS, BETWEEN_S = 20, 0.1  # the first one's answer is made within that, or its process is dead
View = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]


async def answered(view: View, request: web.Request, visit: Visit) -> web.StreamResponse:
    """The view's answer, or that to the same form sent before. Raises what the view raises."""
    if visit.viewer is None or not visit.typed.text(FIELD):
        return await view(request, visit)
    press = Press(_key(request, visit), token_urlsafe(16))
    if led_to := await presses.led_to(visit.services.db, press.key):
        return _to(led_to)
    try:
        response = await view(request, replace(visit, press=press))
    except PressedBefore:
        led_to = await _answer_to_the_first(visit, press.key)
        return _to(led_to) if led_to else await view(request, visit)
    with suppress(DatabaseAway):  # it is taken, and its sender is to see that
        await presses.note_end(visit.services.db, press, response.headers.get("Location", ""))
    return response


def _key(request: web.Request, visit: Visit) -> str:
    """Of who sent what from which page: SHA-256, hex."""
    fields = sorted((name, value) for name, value in visit.typed.fields.items() if name != "csrf")
    files = [photo.sha256 for photo in visit.typed.photos]
    return hashlib.sha256(repr((visit.person.person_id, request.path_qs, fields, files)).encode()).hexdigest()


async def _answer_to_the_first(visit: Visit, key: str) -> str | None:
    """Where it led; nothing when it led nowhere, so that it may be asked for again."""
    for _ in range(LOOKS):
        led_to = await presses.led_to(visit.services.db, key)
        if led_to != "":
            return led_to
        await asyncio.sleep(BETWEEN_S)
    return None


def _to(url: str) -> web.Response:
    return web.Response(status=303, headers={"Location": url})
