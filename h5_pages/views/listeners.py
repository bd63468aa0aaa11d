"""Groups and other systems that hear of cases: the list, a new one, a change, an end."""

from collections.abc import Mapping

from aiohttp import web

from h5_pages.admin_forms import Asking, ask, beside, done_or_asked_again, go_to, with_choices
from h5_pages.channel_forms import KIND_LABELS
from h5_pages.forms import data_of, plain_inputs
from h5_pages.params import OfId
from h5_pages.params_house import Seen
from h5_pages.visit import Visit
from notifier.providers.accounts import ACCOUNT_KINDS
from storage.access import listeners as access
from storage.access import organisations
from storage.texts import N_
from workflows.administration import listeners
from workflows.administration.listeners import LEAST_LABELS, WITH_ADDRESS, ListenerForm, Offered, least_of
from workflows.errors import FormInvalid, NotPermitted, WorkflowError
from workflows.identity.roles import Role

LIST = "/admin/listeners"
ADMIN = Role.ADMINISTRATOR
NEW, EDIT = N_("New listener"), N_("Change listener")
ENTER, SAVE = N_("Create"), N_("Save")
ALL = N_("all workflows")
SEE_TO_LISTENERS = N_("manage listeners")
LEAD = N_("A group or another system that receives updates on cases. It makes no decisions.")


async def page(_: web.Request, visit: Visit) -> web.StreamResponse:
    """All of one's organisations."""
    _check(visit)
    found = await access.lines(visit.services.db, visit.person, ADMIN)
    words = {line.id: visit.gettext(LEAST_LABELS[least_of(line.severities)]) for line in found}
    names = {flow.name: visit.gettext(flow.label) for flow in visit.services.cases.registry}
    return visit.page("listeners.html", lines=found, hears=words, flows=names, kinds=KIND_LABELS)


async def new(_: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a new one."""
    _check(visit)
    return await _ask(visit, f"{LIST}/new", NEW, ENTER)


async def add(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Enter a new one."""

    async def do() -> str:
        data = data_of(ListenerForm, visit.typed.fields)
        await listeners.add(visit.services.office, visit.by, data, _offered(visit))
        return LIST

    return await done_or_asked_again(do, lambda error: _ask(visit, f"{LIST}/new", NEW, ENTER, error=error))


async def edit(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a change."""
    return await _edit(visit, OfId.of(request).id)


async def change(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Save a change."""
    number = OfId.of(request).id

    async def do() -> str:
        data = data_of(ListenerForm, visit.typed.fields)
        seen = Seen.model_validate(visit.typed.fields).seen_version
        await listeners.change(visit.services.office, visit.by, number, seen, data, _offered(visit))
        return LIST

    return await done_or_asked_again(do, lambda error: _edit(visit, number, error))


async def end(request: web.Request, visit: Visit) -> web.StreamResponse:
    """It hears nothing more."""
    seen = Seen.model_validate(visit.typed.fields).seen_version
    await listeners.end(visit.services.office, visit.by, OfId.of(request).id, seen)
    return go_to(LIST)


def _check(visit: Visit) -> None:
    if not any(grant.role == ADMIN for grant in visit.person.grants):
        raise NotPermitted(action_text=SEE_TO_LISTENERS)


def _offered(visit: Visit) -> Offered:
    """Told as they are: accounts at which nobody has an address, and those that know groups."""
    groups = {kind for kind, known in ACCOUNT_KINDS.items() if not known.addressed}
    return Offered([flow.name for flow in visit.services.cases.registry], groups | WITH_ADDRESS)


async def _edit(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    known = await access.record(visit.services.db, visit.person, ADMIN, number)
    saved = {
        "name": known.name,
        "unit": str(known.organisation_id),
        "account": str(known.account_id),
        "address": known.address,
        "least": str(least_of(known.severities)),
        "workflow": next(iter(known.workflows), ""),
        "hears_steps": "true" if known.hears_steps else "",
    }
    return await _ask(visit, f"{LIST}/{number}", EDIT, SAVE, error=error, saved=saved, version=known.version)


async def _ask(
    visit: Visit,
    url: str,
    title: str,
    button: str,
    *,
    error: WorkflowError | None = None,
    saved: Mapping[str, str] | None = None,
    version: int | None = None,
) -> web.Response:
    faults = error if isinstance(error, FormInvalid) else None
    inputs = plain_inputs(visit, ListenerForm, faults, saved or {})
    asking = Asking(
        title=visit.gettext(title),
        lead=visit.gettext(LEAD),
        button=visit.gettext(button),
        url=url,
        back=LIST,
        inputs=beside(visit, with_choices(inputs, await _choices(visit)), saved or {}, error),
        version=version,
    )
    return ask(visit, asking, error)


async def _choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    db, viewer, gettext = visit.services.db, visit.person, visit.gettext
    places = await organisations.choices(db, viewer, ADMIN)
    ears = await access.ears(db, viewer, ADMIN, sorted(_offered(visit).ears))
    flows = [(flow.name, gettext(flow.label)) for flow in visit.services.cases.registry]
    return {
        "unit": [(str(place.id), place.name) for place in places],
        "account": [(str(ear.id), f"{ear.name} ({gettext(KIND_LABELS[ear.kind])})") for ear in ears],
        "workflow": [("", gettext(ALL)), *flows],
    }
