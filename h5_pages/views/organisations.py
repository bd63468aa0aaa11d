"""One organisation as its administrators see to it: new, change, move, close, reopen."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web

from h5_pages import trail_look
from h5_pages.admin_forms import Asking, ask, beside, done_or_asked_again, only_if_asked, with_choices
from h5_pages.forms import data_of, plain_inputs
from h5_pages.params import OfId
from h5_pages.params_house import Below, Seen
from h5_pages.visit import Visit
from storage.access import organisations as access
from storage.access.organisations import OrganisationRecord, Place
from storage.texts import N_
from workflows.administration import organisations
from workflows.administration.office import By, Office
from workflows.administration.organisation_forms import Move, NewOrganisation, OrganisationForm
from workflows.administration.organisation_kinds import BELOW, KIND_LABELS, Kind
from workflows.administration.organisations import StillInUse
from workflows.errors import FormInvalid, WorkflowError
from workflows.identity.roles import Role

ADMIN = Role.ADMINISTRATOR
LIST = "/admin/organisations"
LETS_THROUGH = frozenset({"code_reason"})
NEW, EDIT, MOVE = N_("New organisation"), N_("Change organisation"), N_("Move department")
SAVE, MOVE_IT, ENTER = N_("Save"), N_("Move"), N_("Create")
BELOW_LEAD = N_("Below: {name}")
MOVE_LEAD = N_(
    "“{name}” and everything below it move to another part of the hospital. Permissions change at once."
)


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """One organisation."""
    return await _page(visit, OfId.of(request).id)


async def new(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a new one."""
    return await _new(visit, Below.of(request).parent)


async def add(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Enter a new one."""
    parent = Below.of(request).parent

    async def do() -> str:
        data = data_of(NewOrganisation, visit.typed.fields)
        made = await organisations.add(visit.services.office, visit.by, parent, data)
        return f"{LIST}/{made}"

    return await done_or_asked_again(do, lambda error: _new(visit, parent, error))


async def edit(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a change."""
    return await _edit(visit, OfId.of(request).id)


async def change(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Save a change."""
    data = data_of(OrganisationForm, visit.typed.fields)
    return await _press(request, visit, lambda o, b, n, v: organisations.change(o, b, n, v, data), _edit)


async def move_form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Where to?"""
    return await _move(visit, OfId.of(request).id)


async def move(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Move a department."""
    data = data_of(Move, visit.typed.fields)
    return await _press(request, visit, lambda o, b, n, v: organisations.move(o, b, n, v, data), _move)


async def close(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Close one, or say what is still in use."""
    return await _press(request, visit, organisations.close, _page)


async def reopen(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Open a closed one again."""
    return await _press(request, visit, organisations.reopen, _page)


async def _press(
    request: web.Request,
    visit: Visit,
    write: Callable[[Office, By, int, int], Awaitable[None]],
    again: Callable[[Visit, int, WorkflowError], Awaitable[web.Response]],
) -> web.StreamResponse:
    """Write to the organisation as the form saw it, and show it; if it is refused, the form again."""
    number = OfId.of(request).id

    async def do() -> str:
        await write(
            visit.services.office, visit.by, number, Seen.model_validate(visit.typed.fields).seen_version
        )
        return f"{LIST}/{number}"

    return await done_or_asked_again(do, lambda error: again(visit, number, error))


async def _page(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    db, viewer = visit.services.db, visit.person
    record = await access.record(db, viewer, ADMIN, number)
    return visit.page(
        "organisation.html",
        409 if isinstance(error, StillInUse) else (403 if error else 200),
        record=record,
        kind=KIND_LABELS[record.kind],
        used=error.in_use
        if isinstance(error, StillInUse)
        else await access.in_use(db, viewer, ADMIN, number),
        below=bool(BELOW[record.kind]),
        may_close=viewer.holds({ADMIN}, record.path.removesuffix(f"{record.id}.")),
        may_move=record.kind == Kind.DEPARTMENT,
        history=await trail_look.history(visit, organisations.SUBJECT, number),
        real_now=visit.services.clocks.real.now(),
        error=error,
    )


async def _new(visit: Visit, parent_id: int, error: WorkflowError | None = None) -> web.Response:
    parent = await access.record(visit.services.db, visit.person, ADMIN, parent_id)
    allowed = BELOW[parent.kind]
    known = {"kind": str(allowed[0])} if len(allowed) == 1 else {}
    inputs = plain_inputs(visit, NewOrganisation, _faults(error), known)
    inputs.sort(key=lambda i: i.spec.name != "kind")
    kinds = [(str(kind), visit.gettext(KIND_LABELS[kind])) for kind in allowed]
    asking = Asking(
        title=visit.gettext(NEW),
        lead=visit.gettext(BELOW_LEAD).format(name=parent.name),
        button=visit.gettext(ENTER),
        url=f"{LIST}/new?parent={parent_id}",
        back=f"{LIST}/{parent_id}",
        inputs=with_choices(only_if_asked(inputs, LETS_THROUGH), {"kind": kinds}),
    )
    return ask(visit, asking, error)


async def _edit(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    record = await access.record(visit.services.db, visit.person, ADMIN, number)
    known = {"name": record.name, "code": record.code or "", "address": record.address}
    inputs = plain_inputs(visit, OrganisationForm, _faults(error), known)
    asking = Asking(
        title=visit.gettext(EDIT),
        button=visit.gettext(SAVE),
        url=f"{LIST}/{number}/edit",
        back=f"{LIST}/{number}",
        inputs=beside(visit, only_if_asked(inputs, LETS_THROUGH), known, error),
        version=record.version,
    )
    return ask(visit, asking, error)


async def _move(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    db, viewer = visit.services.db, visit.person
    record = await access.record(db, viewer, ADMIN, number)
    home = await access.hospital_path(db, viewer, ADMIN, number)
    places = await access.choices(db, viewer, ADMIN, home)
    inputs = plain_inputs(visit, Move, _faults(error), {"parent": str(record.parent_id)})
    asking = Asking(
        title=visit.gettext(MOVE),
        lead=visit.gettext(MOVE_LEAD).format(name=record.name),
        button=visit.gettext(MOVE_IT),
        url=f"{LIST}/{number}/move",
        back=f"{LIST}/{number}",
        inputs=with_choices(inputs, {"parent": _elsewhere(places, record)}),
        version=record.version,
    )
    return ask(visit, asking, error)


def _elsewhere(places: Sequence[Place], record: OrganisationRecord) -> list[tuple[str, str]]:
    """Places of the hospital outside of the department itself."""
    names: Mapping[int | None, str] = {place.id: place.name for place in places}
    return [
        (str(p.id), f"{names[p.parent_id]} › {p.name}" if p.parent_id in names else p.name)
        for p in places
        if not p.path.startswith(record.path)
    ]


def _faults(error: WorkflowError | None) -> FormInvalid | None:
    return error if isinstance(error, FormInvalid) else None
