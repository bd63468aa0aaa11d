"""What every request goes through: origin, session, form and its token, the view, errors, headers."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto

from aiohttp import hdrs, web
from aiohttp.payload import Payload

from h5_pages import documents, error_pages, intake, once
from h5_pages.help.topics import topic_of
from h5_pages.intake import Keep
from h5_pages.limits import Pace, TooOften, subscriber
from h5_pages.packing import pack
from h5_pages.seals import same
from h5_pages.security import is_foreign, protect
from h5_pages.uploads import KeptPhoto
from h5_pages.visit import BROWSER, SignInNeeded, Site, Visit, recognise, set_cookie, stranger
from storage.database import DatabaseAway
from storage.texts import N_
from workflows.errors import WorkflowError

View = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]
VISIT = web.RequestKey("visit", Visit)
NEW_PASSWORD = "/me/password"  # noqa: S105 - the address of a page
"""Where somebody is led whose password must be changed before anything else."""


class For(Enum):
    """Whom a page is for."""

    ANYBODY = auto()
    SIGNED_IN = auto()


@dataclass(frozen=True)
class Route:
    """One address of the pages; `*` stands for whatever method no other route takes. `photos`: its form may bring some.

    `by_itself`: an open page asks for it again and again, which keeps nobody signed in.
    `rate`: how often visitors without sign-in may come, each address by itself; with `per` also for each value
    of that part of the address, whoever comes. Every page for anybody has one.
    `documents`: its form may bring photos and documents, of which each may be larger than a photo.
    `by_token`: the token in the address is all the right there is, so the form needs none of this browser's, and may
    come from the page of a mail program.
    `most_bytes`: how large its form may be, if that is not what its photos or its texts need.
    """

    method: str
    path: str
    view: View
    access: For = For.SIGNED_IN
    photos: bool = False
    by_itself: bool = False
    rate: Pace = Pace.VIEW
    per: str = ""
    most_bytes: int = 0
    documents: bool = False
    by_token: bool = False

    @property
    def largest_form(self) -> int:
        """Bytes that its form may have in all."""
        return self.most_bytes or (
            intake.MAX_BODY_BYTES if self.photos or self.documents else intake.MAX_TEXT_FORM_BYTES
        )


class FormForged(WorkflowError):
    """The form does not come from a page that we gave to this browser."""

    text = N_(
        "This form has expired or was not opened here, so nothing was saved. Please open the page again."
    )


def door(site: Site, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler that leads to a route's view."""
    topic = topic_of(route.path)

    async def handle(request: web.Request) -> web.StreamResponse:
        request[VISIT] = stranger(site, request, topic)
        try:
            response = await _enter(site, route, request)
        except web.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - whatever happens, a page says so
            response = error_pages.for_error(request[VISIT], error, route.path)
        await _let_go(request, response)
        return _leave(request, response)

    return handle


async def _enter(site: Site, route: Route, request: web.Request) -> web.StreamResponse:
    posting = route.method == "POST"
    if posting and not route.by_token and is_foreign(request, site.services.settings.origin):
        raise FormForged
    try:
        visit = request[VISIT] = await recognise(request[VISIT], request, prolongs=not route.by_itself)
        await _count(site, route, request, visit)
    except (DatabaseAway, TooOften):
        if posting:  # the words are kept, for nothing else is done with them
            with suppress(WorkflowError):  # the first reason is the one to be told
                typed = await intake.read_form(request, _unchecked, None, route.largest_form)
                request[VISIT] = replace(request[VISIT], typed=typed)
        raise
    if posting:
        visit = request[VISIT] = await _with_form(route, request, visit)
    if route.access is For.SIGNED_IN and visit.viewer is None:
        raise SignInNeeded
    if visit.must_change_password and route.access is For.SIGNED_IN and route.path != NEW_PASSWORD:
        return web.Response(status=303, headers={"Location": NEW_PASSWORD})
    return await once.answered(route.view, request, visit)


async def _count(site: Site, route: Route, request: web.Request, visit: Visit) -> None:
    """Strangers may come, and people may write, only so often; raises `TooOften`, `DatabaseAway`."""
    settings = site.services.settings
    if visit.viewer is None:
        keys = [f"{route.rate} {subscriber(visit.client)}"]
        if route.per:
            keys.append(f"{route.rate} {route.per} {request.match_info[route.per]}")
        await site.window.count(route.rate.of(settings), *keys)
    elif request.method == "POST":
        await site.window.count(settings.press_rate, f"press {visit.viewer.person_id}")


async def _with_form(route: Route, request: web.Request, visit: Visit) -> Visit:
    """The visit with the posted form; raises `FormForged` unless it carries this browser's token."""
    signed_out = route.by_token or (route.access is For.SIGNED_IN and visit.viewer is None)

    def check(token: str) -> None:
        if not signed_out and not same(token, visit.csrf):
            raise FormForged

    async def keep(name: str, content: bytes) -> KeptPhoto:
        if visit.viewer is None:
            rate = visit.services.settings.photo_rate
            await visit.site.window.count(rate, f"photo {subscriber(visit.client)}")
        return await visit.site.photos.keep(name, content)

    keeps = Keep(keep) if route.photos else Keep(visit.site.photos.keep_document, documents.LARGEST_BYTES)
    takes = (route.photos or route.documents) and not signed_out
    typed = await intake.read_form(request, check, keeps if takes else None, route.largest_form)
    typed.photos = await visit.site.photos.held(typed.kept) + typed.photos
    return replace(visit, typed=typed)


def _unchecked(_: str) -> None:
    """Nothing will be done but to show the words again."""


async def _let_go(request: web.Request, response: web.StreamResponse) -> None:
    """Close the file that would be sent, where only its headers are: nobody else does."""
    body = response.body if isinstance(response, web.Response) else None
    if request.method == hdrs.METH_HEAD and isinstance(body, Payload):
        await body.close()


def _leave(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    visit = request[VISIT]
    if not response.prepared:
        protect(response, secure=visit.services.settings.secure_cookies)
        pack(request, response)
        if visit.viewer is None and visit.browser_key not in request.cookies.values():
            set_cookie(visit.site, response, BROWSER, visit.browser_key)
    return response
