"""Sign-in, sign-out and the choice of language."""

from aiohttp import web

from h5_pages import error_pages
from h5_pages.next_page import local
from h5_pages.params import LanguageChoice, SignInForm
from h5_pages.visit import LANGUAGE, SESSION, Visit, set_cookie
from workflows.identity.sign_in import Browser, SignInRefused

A_YEAR_S = 365 * 24 * 3600


async def form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The sign-in page; who is signed in goes on."""
    then = local(request.query.get("next", ""))
    if visit.viewer is not None:
        return web.Response(status=303, headers={"Location": then})
    return visit.page("sign_in.html", then=then, username="", error=None)


async def sign_in(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Check name and password and begin a session."""
    given = SignInForm.model_validate(visit.typed.fields)
    try:
        token = await visit.services.sign_in.sign_in(
            given.username, given.password, browser_of(request, visit)
        )
    except SignInRefused as error:
        return visit.page("sign_in.html", 401, then=local(given.next), username=given.username, error=error)
    response = web.Response(status=303, headers={"Location": local(given.next)})
    set_cookie(visit.site, response, SESSION, token)
    return response


def browser_of(request: web.Request, visit: Visit) -> Browser:
    """What signs in."""
    return Browser(request.headers.get("User-Agent", ""), visit.client, visit.client)


async def sign_out(_: web.Request, visit: Visit) -> web.StreamResponse:
    """End the session."""
    if visit.session_token:
        await visit.services.sign_in.sign_out(visit.session_token)
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
