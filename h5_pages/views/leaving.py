"""Somebody leaves, or comes back: what will be closed is shown before it is."""

from aiohttp import web

from h5_pages import error_pages
from h5_pages.params import OfId
from h5_pages.visit import Visit
from storage.access import accounts, leaving
from storage.access.leaving import Instants
from workflows.administration.leaving import Leaving
from workflows.administration.office import check_administers
from workflows.errors import WorkflowError
from workflows.identity.roles import Role


async def preview(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What would be closed."""
    return await _preview(visit, OfId.of(request).id)


async def leave(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Close everything."""
    person_id = OfId.of(request).id
    try:
        await _desk(visit).leave(visit.by, person_id)
    except WorkflowError as error:
        return await _preview(visit, person_id, error)
    return _back(person_id)


async def come_back(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Open the account again."""
    person_id = OfId.of(request).id
    await _desk(visit).come_back(visit.by, person_id)
    return _back(person_id)


def _desk(visit: Visit) -> Leaving:
    services = visit.services
    return Leaving(services.office, services.engine, services.cases.registry)


async def _preview(visit: Visit, person_id: int, error: WorkflowError | None = None) -> web.Response:
    whose = (visit.services.db, visit.person, Role.ADMINISTRATOR, person_id)
    account = await accounts.account(*whose)
    check_administers(visit.person, account.path)
    now, settings = visit.services.clocks.real.now(), visit.services.sign_in.settings
    at = Instants(visit.now, now, now - settings.longest, now - settings.idle)
    return visit.page(
        "leave.html",
        error_pages.status_of(error) if error else 200,
        account=account,
        closing=await leaving.closing(*whose, at),
        cases=await leaving.cases_of(*whose),
        workflow=visit.services.cases.workflow,
        error=error,
    )


def _back(person_id: int) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/admin/people/{person_id}/account"})
