"""A channel account is entered or changed, with a form of its kind; secrets are written and never shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aiohttp import web

from h5_pages import error_pages
from h5_pages.admin_forms import done_or_asked_again
from h5_pages.channel_forms import (
    FORMS,
    KIND_LABELS,
    UsableBy,
    entered,
    not_asked,
    secret_fields,
    shown,
)
from h5_pages.forms import Input, data_of, plain_inputs
from h5_pages.params import OfId
from h5_pages.params_channels import NewAccount
from h5_pages.params_house import Seen
from h5_pages.views.channels import ADMIN, LIST, check_sees_to
from h5_pages.visit import Visit
from storage.access import channel_accounts as access
from storage.access import organisations
from storage.texts import N_
from workflows.administration.channel_accounts import FORMER, Entered, SecretsLost
from workflows.errors import FormInvalid, WorkflowError
from workflows.forms import fill_in

KEPT = N_("Set. Leave empty to keep it.")
NOT_SET = N_("Not set.")


async def new(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a new account."""
    check_sees_to(visit)
    return await _new(visit, NewAccount.of(request))


async def add(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Enter a new account."""
    wanted = NewAccount.of(request)

    async def do() -> str:
        unit = NewAccount.model_validate({**visit.typed.fields, "kind": wanted.kind}).unit
        if unit is None:
            raise FormInvalid.choice("unit")
        given = _entered(visit, wanted.kind)
        made = await visit.services.channels.add(visit.by, unit, wanted.kind, given, UsableBy(wanted.kind))
        return f"{LIST}/{made}"

    return await done_or_asked_again(do, lambda error: _new(visit, wanted, error))


async def edit(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The form of a change."""
    return await _edit(visit, OfId.of(request).id)


async def change(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Save a change."""
    number = OfId.of(request).id
    record = await access.record(visit.services.db, visit.person, ADMIN, number)

    async def do() -> str:
        seen, given = Seen.model_validate(visit.typed.fields).seen_version, _entered(visit, record.kind)
        given = replace(given, settings={**not_asked(record.kind, record.settings), **given.settings})
        await visit.services.channels.change(visit.by, number, seen, given, UsableBy(record.kind))
        return f"{LIST}/{number}"

    return await done_or_asked_again(do, lambda error: _edit(visit, number, error))


def _entered(visit: Visit, kind: str) -> Entered:
    form = fill_in(FORMS[kind], data_of(FORMS[kind], visit.typed.fields))
    return entered(kind, form, drop_former=visit.typed.text("drop_former") == "true")


async def _new(visit: Visit, wanted: NewAccount, error: WorkflowError | None = None) -> web.Response:
    places = await organisations.choices(visit.services.db, visit.person, ADMIN)
    return _form(
        visit,
        wanted.kind,
        error,
        places=[(str(place.id), place.name) for place in places],
        chosen=visit.typed.text("unit") or str(wanted.unit or (places[0].id if places else "")),
        inputs=_inputs(visit, wanted.kind, error, {}, frozenset()),
        url=f"{LIST}/new?kind={wanted.kind}",
        back=LIST,
    )


async def _edit(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    record = await access.record(visit.services.db, visit.person, ADMIN, number)
    try:
        names = await visit.services.channels.secret_names(visit.by, number)
    except SecretsLost as lost:
        names, error = frozenset(), error or lost
    known = shown(record.kind, record.name, record.settings)
    return _form(
        visit,
        record.kind,
        error,
        inputs=_inputs(visit, record.kind, error, known, names),
        version=record.version,
        has_former=bool(names & FORMER),
        url=f"{LIST}/{number}/edit",
        back=f"{LIST}/{number}",
    )


def _form(visit: Visit, kind: str, error: WorkflowError | None, **values: object) -> web.Response:
    status = error_pages.status_of(error) if error and not isinstance(error, SecretsLost) else 200
    given = {"places": (), "chosen": "", "version": None, "has_former": False, **values}
    text, _ = error.fields.get("unit", ("", {})) if isinstance(error, FormInvalid) else ("", {})
    fault = visit.gettext(text) if text else ""
    return visit.page(
        "channel_form.html", status, kind=KIND_LABELS[kind], error=error, unit_fault=fault, **given
    )


def _inputs(
    visit: Visit,
    kind: str,
    error: WorkflowError | None,
    known: Mapping[str, str],
    names: frozenset[str],
) -> Sequence[Input]:
    """The fields; a secret comes empty, whatever was typed, and says whether it is set."""
    faults = error if isinstance(error, FormInvalid) else None
    secret = secret_fields(kind)
    return [
        _emptied(visit, i, i.spec.name in names) if i.spec.name in secret else i
        for i in plain_inputs(visit, FORMS[kind], faults, known)
    ]


def _emptied(visit: Visit, field: Input, is_set: bool) -> Input:
    state = visit.gettext(KEPT if is_set else NOT_SET)
    return replace(field, value="", hint=f"{state} {field.hint}".strip())
