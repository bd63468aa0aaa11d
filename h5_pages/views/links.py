"""Follow-up links: a reporter without an account sees their case and answers."""

from aiohttp import web

from h5_pages import error_pages
from h5_pages.case_desk import CaseDesk, act, ask, show
from h5_pages.params import OfFile, OfLinkAction, OfToken
from h5_pages.views.files import send_file
from h5_pages.visit import Visit
from storage.access import NotVisible, cases
from workflows.actor import Actor, Door


async def case(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The case in short."""
    desk = await _desk(request, visit)
    return await show(visit, desk) if desk else error_pages.trouble(visit, error_pages.LINK_UNKNOWN)


async def action_form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What an action asks for."""
    desk = await _desk(request, visit)
    if desk is None:
        return error_pages.trouble(visit, error_pages.LINK_UNKNOWN)
    return await ask(visit, desk, OfLinkAction.of(request).action)


async def action(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Do an action as the reporter."""
    desk = await _desk(request, visit)
    if desk is None:
        return error_pages.trouble(visit, error_pages.LINK_UNKNOWN)
    return await act(visit, desk, OfLinkAction.of(request).action)


async def file(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A photo of the case."""
    desk = await _desk(request, visit)
    if desk is None:
        raise NotVisible
    wanted = OfFile.of(request)
    return await send_file(visit, desk.viewer, wanted.key, small=wanted.small)


async def _desk(request: web.Request, visit: Visit) -> CaseDesk | None:
    """The case behind the link, or None when the link is not ours."""
    services = visit.services
    token = OfToken.of(request).token
    participant_id = services.links.participant_id(token)
    if participant_id is None:
        return None
    viewer, number = await cases.by_link(services.db, participant_id)
    view = await services.cases.view(viewer, number)
    actor = Actor(Door.LINK, participant_id=participant_id, client=visit.client)
    return CaseDesk(view, viewer, actor, f"/f/{token}", f"/f/{token}/files")
