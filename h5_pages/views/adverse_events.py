"""Adverse events: the report from a device or a repair, and the patient's sealed data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages
from h5_pages.forms import data_of, plain_inputs
from h5_pages.intake import PressBroken
from h5_pages.params import EventFrom, OfCase, OfId, ReportKey
from h5_pages.visit import Visit
from storage.access import NotVisible, devices
from storage.access.devices import DeviceRecord
from storage.case_writer import NewAttachment
from storage.texts import N_
from workflows.actor import Door
from workflows.adverse_event.forms import SEX_LABELS, Circumstances, EventReport
from workflows.adverse_event.machine import ADVERSE_EVENT, A
from workflows.adverse_event.patient import Looker
from workflows.adverse_event.people import REPORTERS
from workflows.engine import Outcome, Place
from workflows.errors import FormInvalid, NotPermitted, WorkflowError
from workflows.forms import describe

REPORT = N_("report an adverse event")


@dataclass(frozen=True)
class Origin:
    """Where the event is reported from: a device, and perhaps a case about it."""

    device: DeviceRecord
    parent: str = ""
    parent_id: int | None = None

    @property
    def place(self) -> Place:
        return Place(self.device.organisation_id, self.device.id, self.parent_id)


async def form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The empty form."""
    return _form(visit, await _origin(request, visit, EventFrom.of(request).case))


async def report(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Open the case, or show the form again with what was typed and what is wrong with it."""
    typed = EventFrom.model_validate({"case": visit.typed.text("case")})
    origin = await _origin(request, visit, typed.case)
    photos = visit.typed.attachments()
    if visit.typed.refused:
        return _form(visit, origin)
    try:
        outcome = await _open(visit, origin, photos)
    except ValidationError:
        return _form(visit, origin, PressBroken())
    except WorkflowError as error:
        return _form(visit, origin, error)
    return web.Response(status=303, headers={"Location": f"/cases/{outcome.number}"})


async def show_patient(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The patient's data, once it is on record that they were looked at."""
    number = OfCase.of(request).number
    looker = Looker(visit.person, Door.PAGE, visit.client)
    patient = await visit.services.patients.look(looker, number)
    rows = _shown(visit, patient.fields)
    return visit.page("patient.html", number=number, rows=rows)


async def looks(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Who looked at the patient's data."""
    number = OfCase.of(request).number
    lines = await visit.services.patients.looks(visit.person, number)
    return visit.page("looks.html", number=number, lines=lines, labels=_labels(visit))


async def _origin(request: web.Request, visit: Visit, number: str | None) -> Origin:
    """Raises `NotVisible`, `NotPermitted`."""
    services = visit.services
    device = await devices.record(services.db, visit.person, OfId.of(request).id)
    if not visit.person.holds(REPORTERS.roles, device.path):
        raise NotPermitted(action_text=REPORT)
    if number is None:
        return Origin(device)
    of_device = await services.cases.view(visit.person, number)
    if of_device.page.facts.device.get("id") != device.id:
        raise NotVisible
    return Origin(device, number, of_device.page.facts.case_id)


async def _open(visit: Visit, origin: Origin, photos: Sequence[NewAttachment]) -> Outcome:
    """Raises a kind of `WorkflowError`, `ValidationError` or `DatabaseAway`."""
    key = ReportKey.model_validate(visit.typed.fields).key
    return await visit.services.engine.open(
        ADVERSE_EVENT.name,
        A.REPORT,
        visit.actor,
        data_of(EventReport, visit.typed.fields),
        place=origin.place,
        # Bound to this browser and device: nobody else's key leads to this case.
        idempotency_key=visit.site.seals.token("event", visit.csrf, str(origin.device.id), key),
        attachments=photos,
    )


def _form(visit: Visit, origin: Origin, error: WorkflowError | None = None) -> web.Response:
    faults = error if isinstance(error, FormInvalid) else None
    return visit.page(
        "event_report.html",
        error_pages.status_for(error, visit.typed.refused),
        origin=origin,
        inputs=plain_inputs(visit, EventReport, faults),
        error=error,
        typed=visit.typed,
    )


def _labels(visit: Visit) -> Mapping[str, str]:
    return {spec.name: visit.gettext(spec.label) for spec in describe(Circumstances)}


def _shown(visit: Visit, fields: Mapping[str, str]) -> list[tuple[str, str]]:
    labels = _labels(visit)
    return [(labels[name], visit.gettext(SEX_LABELS.get(value, value))) for name, value in fields.items()]
