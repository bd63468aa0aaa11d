"""The duty calendar: who is on duty now and two weeks on from some day, a new shift, another one instead, none."""

from collections.abc import Mapping
from datetime import date, datetime, time

from aiohttp import web

from h5_pages.admin_forms import Asking, ask, done_or_asked_again, go_to, with_choices
from h5_pages.forms import data_of, plain_inputs
from h5_pages.params import OfId
from h5_pages.params_house import DutyFrom
from h5_pages.visit import Visit
from storage.access import duty as access
from storage.access import organisations
from storage.access.duty import SHOWN
from storage.clock import SHANGHAI
from storage.texts import N_
from workflows.administration import duty
from workflows.administration.duty import ShiftForm
from workflows.administration.office import ChangedMeanwhile
from workflows.errors import FormInvalid, NotPermitted, WorkflowError
from workflows.identity.roles import Role

LIST = "/admin/duty"
ADMIN = Role.ADMINISTRATOR
NEW, EDIT = N_("New shift"), N_("Replace this shift")
ENTER, SAVE = N_("Create"), N_("Replace it")
SEE_TO_DUTY = N_("manage the duty calendar")
LEAD = N_("The person on duty is notified first at night. A shift grants no permissions.")


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Who is on duty now, and who will be, for two weeks from today or from a later day on."""
    _check(visit)
    db, viewer, now = visit.services.db, visit.person, visit.now
    since = DutyFrom.of(request).since
    begin = max(now, _midnight(since)) if since else now
    found = await access.shifts(db, viewer, ADMIN, begin)
    return visit.page(
        "duty.html",
        on_duty=[shift for shift in await access.shifts(db, viewer, ADMIN, now) if shift.starts_at <= now],
        coming=[shift for shift in found if shift.starts_at > now],
        since=_day(begin),
        later=_day(begin + SHOWN),
        is_first=begin == now,
    )


async def new(_: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a new shift."""
    _check(visit)
    return await _ask(visit, f"{LIST}/new", NEW, ENTER)


async def enter(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Enter it."""

    async def do() -> str:
        begins = await duty.enter(visit.services.office, visit.by, data_of(ShiftForm, visit.typed.fields))
        return _where(visit, begins)

    return await done_or_asked_again(do, lambda error: _ask(visit, f"{LIST}/new", NEW, ENTER, error=error))


async def edit(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of another one instead."""
    return await _edit(visit, OfId.of(request).id)


async def replace(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Another one instead."""
    number, data = OfId.of(request).id, data_of(ShiftForm, visit.typed.fields)

    async def do() -> str:
        return _where(visit, await duty.replace(visit.services.office, visit.by, number, data))

    async def again(error: WorkflowError) -> web.Response:
        if isinstance(error, ChangedMeanwhile):  # there is nothing to be replaced any more
            return await _ask(visit, f"{LIST}/new", NEW, ENTER, error=error)
        return await _edit(visit, number, error)

    return await done_or_asked_again(do, again)


async def end(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Call it off."""
    await duty.call_off(visit.services.office, visit.by, OfId.of(request).id)
    return go_to(LIST)


def _check(visit: Visit) -> None:
    if not any(grant.role == ADMIN for grant in visit.person.grants):
        raise NotPermitted(action_text=SEE_TO_DUTY)


def _where(visit: Visit, begins: datetime) -> str:
    """The list at the place where the shift is seen."""
    return LIST if begins < visit.now + SHOWN else f"{LIST}?since={_day(begins)}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _day(at: datetime) -> str:
    return at.astimezone(SHANGHAI).date().isoformat()


async def _edit(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    known = await access.shift(visit.services.db, visit.person, ADMIN, number)
    begin, end = known.starts_at.astimezone(SHANGHAI), known.ends_at.astimezone(SHANGHAI)
    saved = {
        "unit": str(known.organisation_id),
        "person": str(known.person_id),
        "day": begin.date().isoformat(),
        "begins": f"{begin:%H:%M}",
        "ends": f"{end:%H:%M}",
        "days": "1",
        "note": known.note,
    }
    return await _ask(visit, f"{LIST}/{number}", EDIT, SAVE, error=error, saved=saved)


async def _ask(
    visit: Visit,
    url: str,
    title: str,
    button: str,
    *,
    error: WorkflowError | None = None,
    saved: Mapping[str, str] | None = None,
) -> web.Response:
    faults = error if isinstance(error, FormInvalid) else None
    usual = {"day": _day(visit.now), "begins": "17:30", "ends": "08:00", "days": "1"}
    inputs = plain_inputs(visit, ShiftForm, faults, saved or usual)
    asking = Asking(
        title=visit.gettext(title),
        lead=visit.gettext(LEAD),
        button=visit.gettext(button),
        url=url,
        back=LIST,
        inputs=with_choices(inputs, await _choices(visit)),
    )
    return ask(visit, asking, error)


async def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    db, viewer = visit.services.db, visit.person
    places = await organisations.choices(db, viewer, ADMIN)
    people = await access.people(db, viewer, ADMIN, visit.now)
    return {
        "unit": [(str(place.id), place.name) for place in places],
        "person": [(str(p.id), f"{p.name} {p.title} ({p.organisation})") for p in people],
    }
