"""Sign-in, sign-out and the choice of language."""

from urllib.parse import quote

from aiohttp import web

from h5_pages import error_pages
from h5_pages.limits import subscriber
from h5_pages.next_page import local
from h5_pages.params import LanguageChoice, SignInForm
from h5_pages.params_identity import SignInQuery
from h5_pages.visit import LANGUAGE, SESSION, Visit, cookie_name, set_cookie
from storage.access import NotVisible, ways_in
from storage.access.ways_in import WayIn
from workflows.errors import WorkflowError
from workflows.identity.sign_in import Browser, SignInRefused

A_YEAR_S = 365 * 24 * 3600
WECOM, INSIDE = "wecom", "wxwork"
LAST = "yishe-wecom-account"
"""The cookie that names the account by which this browser was recognised last."""


async def form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The sign-in page; who is signed in goes on, and who comes from inside WeCom is recognised there."""
    asked = SignInQuery.of(request)
    then = local(asked.next)
    if visit.viewer is not None:
        return web.Response(status=303, headers={"Location": then})
    if is_inside(request) and asked.by != "password":
        own = await _own_way(request, visit)
        if own is not None and not asked.place:
            url = f"/sign-in/wecom/{own.public_key}?next={quote(then)}"
            return web.Response(status=303, headers={"Location": url})
    return await sign_in_page(request, visit, then)


def is_inside(request: web.Request) -> bool:
    """Does the request come from WeCom's own browser?"""
    return INSIDE in request.headers.get("User-Agent", "")


async def _own_way(request: web.Request, visit: Visit) -> WayIn | None:
    """The only account, or the one that knew this browser before."""
    db, last = visit.services.db, request.cookies.get(cookie_name(visit.site, LAST), "")
    try:
        return await ways_in.only(db, WECOM) or await ways_in.way(db, WECOM, last)
    except NotVisible:
        return None


async def sign_in_page(
    request: web.Request,
    visit: Visit,
    then: str,
    error: WorkflowError | None = None,
    status: int = 200,
    way: WayIn | None = None,
) -> web.Response:
    """The form, and the other way in: the one just tried, one's own, or a search, which does not list who is here."""
    db, asked = visit.services.db, SignInQuery.of(request)
    own = way or await _own_way(request, visit)
    found = await ways_in.serving(db, WECOM, asked.place) if asked.place else [own] if own else []
    return visit.page(
        "sign_in.html",
        status,
        then=then,
        username=visit.typed.text("username"),
        error=error,
        ways=found,
        searches=await ways_in.only(db, WECOM) is None and await ways_in.there_are(db, WECOM),
        place=asked.place,
        inside=is_inside(request),
    )


async def sign_in(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Check name and password and begin a session."""
    given = SignInForm.model_validate(visit.typed.fields)
    try:
        token = await visit.services.sign_in.sign_in(
            given.username, given.password, browser_of(request, visit)
        )
    except SignInRefused as error:
        return await sign_in_page(request, visit, local(given.next), error, 401)
    response = web.Response(status=303, headers={"Location": local(given.next)})
    set_cookie(visit.site, response, SESSION, token)
    return response


def browser_of(request: web.Request, visit: Visit) -> Browser:
    """What signs in."""
    return Browser(request.headers.get("User-Agent", ""), visit.client, subscriber(visit.client))


async def sign_out(request: web.Request, visit: Visit) -> web.StreamResponse:
    """End the session."""
    if visit.session_token:
        await visit.services.sign_in.sign_out(visit.session_token, browser_of(request, visit))
    response = web.Response(status=303, headers={"Location": "/sign-in"})
    set_cookie(visit.site, response, SESSION, "")
    return response


async def language(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Keep the choice of language in this browser."""
    choice = LanguageChoice.of(request)
    response = web.Response(status=303, headers={"Location": local(choice.next)})
    set_cookie(visit.site, response, LANGUAGE, choice.to, A_YEAR_S)
    return response


async def not_found(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Any other address, and any address that is asked in a way it does not answer."""
    allowed = await _methods(request)
    if not allowed:
        return error_pages.trouble(visit, error_pages.NOT_FOUND)
    response = error_pages.trouble(visit, error_pages.WRONG_METHOD)
    response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


async def _methods(request: web.Request) -> set[str]:
    """What the other routes of this address answer to."""
    found: set[str] = set()
    for resource in request.app.router.resources():
        if resource is not request.match_info.route.resource:
            _, methods = await resource.resolve(request)
            found |= methods
    return found
