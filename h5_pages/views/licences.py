"""Licences: what comes due, an original's registration, the QR code, and what anybody may verify by it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages, qr
from h5_pages.forms import Input, data_of, plain_inputs
from h5_pages.intake import PressBroken
from h5_pages.labels import Label, label_sheet
from h5_pages.lists import Column, ListView
from h5_pages.params import OfCase, OfFile, ReportKey
from h5_pages.params_licences import LicenceList
from h5_pages.visit import Visit
from h5_pages.xlsx import export as as_spreadsheet
from storage.access import NotVisible, licences
from storage.access.licences import LicenceLine, Limits, PublicLicence, Unit, Wanted
from storage.case_writer import NewAttachment
from storage.clock import SHANGHAI
from storage.texts import N_
from workflows.engine import Outcome, Place
from workflows.errors import FormInvalid, NotPermitted, WorkflowError
from workflows.licence.forms import Original
from workflows.licence.machine import LICENCE, REGISTRARS, A
from workflows.licence.stages import COLOUR_LABELS, Colour, days_left, limits_in, stage_on

SHOWN = 100
LATER = "later"
LETS_THROUGH = frozenset({"class_code_checked", "credit_code_reason"})
HINT = N_("Scan to verify the licence")
STAGES: Mapping[str, Colour | None] = {**{str(colour): colour for colour in reversed(Colour)}, LATER: None}
"""The filters of the list, the most serious first."""


async def due(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What comes due in the viewer's scope, the nearest limit first, with how many there are of each colour."""
    chosen, db, day = LicenceList.of(request), visit.services.db, _today(visit)
    wanted, limits = _wanted(chosen), _limits(day)
    page = await licences.lines(
        db, visit.person, wanted, limits.get(chosen.colour or ""), chosen.order(SHOWN)
    )
    return visit.page(
        "licences.html",
        view=ListView("/licences", chosen, page, _columns(visit), export="/licences/export.xlsx"),
        counts=await licences.counts(db, visit.person, wanted, limits),
        total=await licences.total(db, visit.person, wanted),
        cities=await licences.cities(db, visit.person, wanted),
        chosen=chosen,
        workflow=LICENCE,
        colour_of=lambda line: stage_on(day, line.limit_on),
        left=lambda line: days_left(day, line.limit_on),
        may_register=bool(await _units(visit)),
    )


async def export(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The same as a spreadsheet."""
    chosen, db, viewer = LicenceList.of(request), visit.services.db, visit.person
    wanted, limits = _wanted(chosen), _limits(_today(visit)).get(chosen.colour or "")
    return await as_spreadsheet(
        visit,
        "licences",
        chosen,
        _columns(visit),
        lambda order: licences.lines(db, viewer, wanted, limits, order),
    )


def _columns(visit: Visit) -> list[Column[LicenceLine]]:
    day, t = _today(visit), visit.gettext

    def colour(line: LicenceLine) -> str:
        stage = stage_on(day, line.limit_on)
        return t(COLOUR_LABELS[stage]) if stage and line.state not in LICENCE.final else ""

    return [
        Column(N_("Device"), "", lambda x: x.device_name),
        Column(N_("Licence"), "", lambda x: x.licence_number),
        Column(N_("Number"), "", lambda x: x.number),
        Column(N_("Colour"), "", colour),
        Column(N_("Time limit"), "", lambda x: x.limit_on),
        Column(N_("State"), "", lambda x: t(LICENCE.states[x.state])),
        Column(N_("Unit"), "", lambda x: x.unit_name),
        Column(N_("City"), "", lambda x: x.city),
        Column(N_("Planned for"), "", lambda x: x.planned_on),
    ]


def _wanted(chosen: LicenceList) -> Wanted:
    return Wanted(chosen.city, chosen.q, chosen.all)


def _limits(day: date) -> dict[str, Limits]:
    return {name: limits_in(colour, day) for name, colour in STAGES.items()}


def _today(visit: Visit) -> date:
    return visit.now.astimezone(SHANGHAI).date()


async def by_key(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The page behind a licence's QR code: what the licence says, for anybody."""
    key = OfFile.of(request).key
    try:
        licence = await licences.public(visit.services.db, key)
    except NotVisible:
        return error_pages.trouble(visit, error_pages.LICENCE_UNKNOWN)
    return visit.page(
        "licence_public.html",
        licence=licence,
        workflow=LICENCE,
        in_scope=await _is_in_scope(visit, licence),
    )


async def form(_: web.Request, visit: Visit) -> web.StreamResponse:
    """The empty form of an original."""
    units = await _units(visit)
    if not units:
        raise _not_permitted()
    return _form(visit, units)


async def register(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Register an original and show its case, or say what is wrong."""
    units = await _units(visit)
    if not units:
        raise _not_permitted()
    photos = visit.typed.attachments()
    if visit.typed.refused:
        return _form(visit, units)
    try:
        outcome = await _open(visit, units, photos)
    except ValidationError:
        return _form(visit, units, PressBroken())
    except WorkflowError as error:
        return _form(visit, units, error)
    return web.Response(status=303, headers={"Location": f"/cases/{outcome.number}"})


async def svg(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A licence's code, for the screen."""
    return web.Response(text=qr.svg((await _label(request, visit)).url), content_type="image/svg+xml")


async def png(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A licence's code, for documents."""
    return web.Response(body=qr.png((await _label(request, visit)).url), content_type="image/png")


async def sheet(request: web.Request, visit: Visit) -> web.StreamResponse:
    """A licence's code on A4, to be printed."""
    content = await asyncio.to_thread(label_sheet, [await _label(request, visit)])
    headers = {"Content-Disposition": 'inline; filename="licence.pdf"'}
    return web.Response(body=content, content_type="application/pdf", headers=headers)


async def _label(request: web.Request, visit: Visit) -> Label:
    code = await licences.code(visit.services.db, visit.person, OfCase.of(request).number)
    url = f"{visit.services.settings.public_url.rstrip('/')}/l/{code.public_key}"
    hint = visit.gettext(HINT)
    return Label(url, code.device_name, code.licence_number, code.unit_name, code.issuing_authority, hint)


async def _is_in_scope(visit: Visit, licence: PublicLicence) -> bool:
    if visit.viewer is None:
        return False
    try:
        await licences.code(visit.services.db, visit.viewer, licence.number)
    except NotVisible:
        return False
    return True


async def _units(visit: Visit) -> Sequence[Unit]:
    return await licences.units(visit.services.db, visit.person, REGISTRARS.roles)


def _not_permitted() -> NotPermitted:
    return NotPermitted(action_text=LICENCE.actions[A.REGISTER].label)


async def _open(visit: Visit, units: Sequence[Unit], photos: Sequence[NewAttachment]) -> Outcome:
    """Raises a kind of `WorkflowError`, `ValidationError` or `DatabaseAway`."""
    key = ReportKey.model_validate(visit.typed.fields).key
    unit = next((unit for unit in units if str(unit.id) == visit.typed.text("unit")), None)
    if unit is None:
        raise FormInvalid.choice("unit")
    return await visit.services.engine.open(
        LICENCE.name,
        A.REGISTER,
        visit.actor,
        data_of(Original, visit.typed.fields),
        place=Place(unit.id),
        idempotency_key=visit.site.seals.token("licence", visit.csrf, key),
        attachments=photos,
    )


def _form(visit: Visit, units: Sequence[Unit], error: WorkflowError | None = None) -> web.Response:
    faults = error if isinstance(error, FormInvalid) else None
    only = units[0] if len(units) == 1 else None
    known = {"unit_name": only.name, "credit_code": only.code or ""} if only else {}
    wrong, _ = faults.fields.get("unit", ("", {})) if faults else ("", {})
    return visit.page(
        "licence_new.html",
        error_pages.status_for(error, visit.typed.refused),
        units=units,
        chosen=visit.typed.text("unit") or (str(only.id) if only else ""),
        unit_fault=visit.gettext(wrong),
        inputs=_asked(plain_inputs(visit, Original, faults, known)),
        error=error,
        key=visit.typed.text("key"),
    )


def _asked(inputs: Sequence[Input]) -> list[Input]:
    """The fields without those that let something odd through, unless there is something odd."""
    return [i for i in inputs if i.spec.name not in LETS_THROUGH or i.error or i.value]
