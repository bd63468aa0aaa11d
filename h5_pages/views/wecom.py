"""Sign-in by WeCom: silently inside it, by scanning a code outside."""

from aiohttp import web

from h5_pages.next_page import local
from h5_pages.params_identity import FromWeCom, OfAccount
from h5_pages.views.sign_in import LAST, WECOM, browser_of, is_inside, sign_in_page
from h5_pages.visit import SESSION, Visit, cookie_name, set_cookie
from h5_pages.wecom_state import HOLDS, Begun, begun_in
from storage import rates
from storage.access import ways_in
from storage.access.ways_in import WayIn
from storage.identity import CodeRefused, IdentityAway, IdentityError
from storage.rates import Rate
from storage.texts import N_
from workflows.errors import WorkflowError
from workflows.identity.sign_in import Known, Way

STATE = "yishe-wecom"
ONCE = Rate(1, int(HOLDS.total_seconds()))
HALF_A_YEAR_S = 182 * 24 * 3600


class NotRecognised(WorkflowError):
    """WeCom's word did not lead to anybody; the reason is the provider's."""


class NotKnownHere(WorkflowError):
    """WeCom knows them, this service does not."""

    text = N_(
        "The WeCom account “{user}” of “{name}” is not registered here. Please ask your "
        "organisation's administrator to add it, or sign in with your password."
    )


class NotBegunHere(WorkflowError):
    """The browser did not begin this sign-in, or not just now."""

    text = N_(
        "This sign-in was not started in this browser, has expired, or was already used. Please start again."
    )


async def begin(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Go to WeCom to be recognised. Raises `NotVisible`."""
    way = await ways_in.way(visit.services.db, WECOM, OfAccount.of(request).account)
    then, inside = local(request.query.get("next", "")), is_inside(request)
    begun = Begun.now(way.public_key, then, visit.services.clocks.real.now(), inside=inside)
    back = f"{visit.services.settings.public_url.rstrip('/')}/sign-in/wecom/{way.public_key}/back"
    state = begun.state(visit.site.seals)
    try:
        url = await visit.services.identity.page(way.id, back, state, inside=inside)
    except IdentityAway as error:
        return await sign_in_page(request, visit, then, NotRecognised(error.reason), 503, way)
    response = web.Response(status=303, headers={"Location": url})
    set_cookie(visit.site, response, STATE, begun.cookie(), int(HOLDS.total_seconds()))
    return response


async def come_back(request: web.Request, visit: Visit) -> web.StreamResponse:
    """WeCom sent the browser back: recognise it and begin a session, or say why not. Raises `NotVisible`."""
    given = FromWeCom.of(request)
    way = await ways_in.way(visit.services.db, WECOM, given.account)
    begun = begun_in(request.cookies.get(cookie_name(visit.site, STATE), ""))
    real = visit.services.clocks.real
    if begun is None or not begun.came_back(visit.site.seals, way.public_key, given.state, real.now()):
        response = await sign_in_page(request, visit, local(""), NotBegunHere(), 400, way)
    elif await rates.count(visit.services.db, real, ONCE, f"wecom {given.state}"):
        response = await sign_in_page(request, visit, local(begun.then), NotBegunHere(), 400, way)
    else:
        response = await _recognise(request, visit, way, begun, given.code)
    set_cookie(visit.site, response, STATE, "")
    return response


async def _recognise(request: web.Request, visit: Visit, way: WayIn, begun: Begun, code: str) -> web.Response:
    then = local(begun.then)
    try:
        user = await visit.services.identity.user_id(way.id, code)
    except CodeRefused:
        return await sign_in_page(request, visit, then, NotBegunHere(), 400, way)
    except IdentityError as error:
        status = 503 if isinstance(error, IdentityAway) else 403
        return await sign_in_page(request, visit, then, NotRecognised(error.reason), status, way)
    person = await ways_in.person(visit.services.db, way.id, user, visit.now)
    if person is None or person.person_id is None or person.organisation_id is None:
        return await sign_in_page(request, visit, then, NotKnownHere(user=user, name=way.name), 403, way)
    known = Known(person.person_id, person.name, person.organisation_id)
    how = Way.WECOM if begun.inside else Way.WECOM_SCAN
    token = await visit.services.sign_in.begin(known, how, browser_of(request, visit))
    response = web.Response(status=303, headers={"Location": then})
    set_cookie(visit.site, response, SESSION, token)
    set_cookie(visit.site, response, LAST, way.public_key, HALF_A_YEAR_S)
    return response
