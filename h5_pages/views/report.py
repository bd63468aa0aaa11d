"""Report a fault from the page behind a QR code, with photos, with or without an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints, ValidationError

from h5_pages import error_pages
from h5_pages.forms import data_of, plain_inputs
from h5_pages.intake import PressBroken
from h5_pages.limits import subscriber
from h5_pages.params import OfToken, ReportKey
from h5_pages.views.devices import labelled, no_label
from h5_pages.visit import Visit
from storage.access import NotVisible
from storage.access.devices import PublicDevice
from storage.case_writer import NewAttachment
from storage.texts import N_
from workflows.actor import Actor, Door, Reporter
from workflows.definition import Form
from workflows.engine import Outcome, Place
from workflows.errors import FormInvalid, WorkflowError
from workflows.forms import fill_in
from workflows.repair.forms import FaultReport
from workflows.repair.machine import REPAIR, A

EMAIL = r"^$|^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9](-?[A-Za-z0-9]){0,62}\.)+[A-Za-z]{2,24}$"
PHONE = r"^$|^\+?[0-9][0-9 ()-]{2,24}$"
WRONG_EMAIL = N_("Please check the e-mail address.")
WRONG_PHONE = N_("Please check the phone number.")


class Stranger(Form):
    """Who reports without an account."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=50)] = Field(title=N_("Your name"))
    phone: Annotated[str, StringConstraints(pattern=PHONE)] = Field(default="", title=N_("Phone (optional)"))
    email: Annotated[str, StringConstraints(pattern=EMAIL, max_length=200)] = Field(
        default="", title=N_("E-mail (optional)"), description=N_("We notify you of every step.")
    )


@dataclass(frozen=True)
class Checked:
    """What was filled in, and what is wrong with it."""

    reporter: Reporter | None
    faults: FormInvalid | None


async def form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """The empty form."""
    token = OfToken.of(request).token
    try:
        device = await labelled(visit, token)
    except NotVisible:
        return await no_label(visit, token)
    if device.status == "retired":
        return error_pages.trouble(visit, error_pages.DEVICE_RETIRED)
    return _form(visit, device, token)


async def report(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Open the case, or show the form again with everything that was typed and every photo that was taken."""
    photos = visit.typed.attachments()
    token = OfToken.of(request).token
    try:
        device = await labelled(visit, token)
    except NotVisible:
        return await no_label(visit, token)
    if device.status == "retired":
        return error_pages.trouble(visit, error_pages.DEVICE_RETIRED)
    checked = _check(visit)
    if checked.faults or visit.typed.refused:
        return _form(visit, device, token, checked.faults)
    try:
        outcome = await _open(visit, device, token, checked.reporter, photos)
    except ValidationError:
        return _form(visit, device, token, PressBroken())
    except WorkflowError as error:
        return _form(visit, device, token, error)
    return web.Response(status=303, headers={"Location": _follow_up(visit, outcome)})


def _check(visit: Visit) -> Checked:
    """All fields at once, so that nobody is sent back twice."""
    typed, faults, reporter = visit.typed.fields, {}, None
    try:
        fill_in(FaultReport, data_of(FaultReport, typed))
    except FormInvalid as error:
        faults.update(error.fields)
    if visit.viewer is None:
        try:
            given = fill_in(Stranger, data_of(Stranger, typed)).model_dump()
            reporter = Reporter(**given, language=visit.language)
        except FormInvalid as error:
            faults.update({name: _plain(name, fault) for name, fault in error.fields.items()})
    return Checked(reporter, FormInvalid(faults) if faults else None)


def _plain(name: str, fault: tuple[str, dict[str, object]]) -> tuple[str, dict[str, object]]:
    """Say what is wrong with an address in words."""
    wrong = {"email": WRONG_EMAIL, "phone": WRONG_PHONE}.get(name)
    return (wrong, {}) if wrong else fault


async def _open(
    visit: Visit,
    device: PublicDevice,
    token: str,
    reporter: Reporter | None,
    photos: Sequence[NewAttachment],
) -> Outcome:
    """Raises a kind of `WorkflowError`, `ValidationError` or `DatabaseAway`."""
    key = ReportKey.model_validate(visit.typed.fields).key
    if reporter is not None:
        keys = (f"report {subscriber(visit.client)}", f"report label {token}")
        await visit.site.window.count(visit.services.settings.report_rate, *keys)
    return await visit.services.engine.open(
        REPAIR.name,
        A.REPORT,
        visit.actor if visit.viewer else Actor(Door.PAGE, client=visit.client),
        data_of(FaultReport, visit.typed.fields),
        place=Place(device.organisation_id, device.id),
        # Bound to this browser and label: nobody else's key leads to this case.
        idempotency_key=visit.site.seals.token("report", visit.csrf, token, key),
        reporter=reporter,
        attachments=photos,
    )


def _follow_up(visit: Visit, outcome: Outcome) -> str:
    if outcome.participant_id is None:
        return f"/cases/{outcome.number}"
    return f"/f/{visit.services.links.token(outcome.participant_id)}"


def _form(visit: Visit, device: PublicDevice, token: str, error: WorkflowError | None = None) -> web.Response:
    faults = error if isinstance(error, FormInvalid) else None
    return visit.page(
        "report.html",
        error_pages.status_for(error, visit.typed.refused),
        device=device,
        token=token,
        inputs=plain_inputs(visit, FaultReport, faults),
        stranger=plain_inputs(visit, Stranger, faults) if visit.viewer is None else [],
        error=error,
        typed=visit.typed,
    )
