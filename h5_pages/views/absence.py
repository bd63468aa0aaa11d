"""Absences: one's own, and those that an administrator enters for somebody."""

from aiohttp import web

from h5_pages import error_pages
from h5_pages.forms import data_of, plain_inputs
from h5_pages.params import OfId
from h5_pages.params_identity import OfPart
from h5_pages.visit import SignInNeeded, Visit
from storage.access import accounts
from storage.texts import N_
from workflows.administration import absences
from workflows.administration.absences import AbsenceForm
from workflows.errors import FormInvalid
from workflows.identity.roles import Role

NOBODY = N_("Nobody: the next level is notified")


async def own(_: web.Request, visit: Visit) -> web.StreamResponse:
    """My absences, and the form of a new one."""
    return await _show(visit, own_id(visit), "/me/absence")


async def enter_own(_: web.Request, visit: Visit) -> web.StreamResponse:
    """I shall be away."""
    return await _enter(visit, own_id(visit), "/me/absence")


async def end_own(request: web.Request, visit: Visit) -> web.StreamResponse:
    """I stay, or am back; raises `PersonUnknown` for an absence that is not running."""
    return await _end(visit, OfId.of(request).id, "/me/absence")


async def theirs(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Somebody's absences, for their administrator."""
    person = OfId.of(request).id
    return await _show(visit, person, f"/admin/people/{person}/absence")


async def enter_theirs(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Somebody will be away."""
    person = OfId.of(request).id
    return await _enter(visit, person, f"/admin/people/{person}/absence")


async def end_theirs(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Somebody stays, or is back."""
    asked = OfPart.of(request)
    return await _end(visit, asked.part, f"/admin/people/{asked.id}/absence")


def own_id(visit: Visit) -> int:
    """Whoever is signed in; raises `SignInNeeded`."""
    person_id = visit.person.person_id
    if person_id is None:
        raise SignInNeeded
    return person_id


async def _enter(visit: Visit, person_id: int, url: str) -> web.StreamResponse:
    data = data_of(AbsenceForm, visit.typed.fields)
    try:
        await absences.enter(visit.services.office, visit.by, person_id, data)
    except FormInvalid as error:
        return await _show(visit, person_id, url, error)
    return web.Response(status=303, headers={"Location": url})


async def _end(visit: Visit, absence_id: int, url: str) -> web.StreamResponse:
    await absences.call_off(visit.services.office, visit.by, absence_id)
    return web.Response(status=303, headers={"Location": url})


async def _show(
    visit: Visit, person_id: int, url: str, error: FormInvalid | None = None
) -> web.StreamResponse:
    """Raises `NotVisible`."""
    db, viewer, now = visit.services.db, visit.person, visit.now
    whose = (db, viewer, Role.ADMINISTRATOR, person_id)
    found = await accounts.colleagues(*whose, now)
    choices = [("", visit.gettext(NOBODY)), *((str(c.id), f"{c.name} {c.title}".strip()) for c in found)]
    return visit.page(
        "absence.html",
        error_pages.status_of(error) if error else 200,
        account=await accounts.account(*whose),
        mine=person_id == viewer.person_id,
        lines=await accounts.absences(*whose, now),
        deputising=await accounts.deputising(db, viewer, now) if person_id == viewer.person_id else (),
        inputs=plain_inputs(visit, AbsenceForm, error, people_choices=choices),
        error=error,
        url=url,
    )
