"""Devices as those who look after them enter and change them: one form a step, and back to the device's page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages
from h5_pages.admin_forms import beside
from h5_pages.forms import CHOOSE, Input, data_of, plain_inputs
from h5_pages.intake import PressBroken
from h5_pages.params import OfId
from h5_pages.params_devices import DevicePress, NewDevicePress, OfStep
from h5_pages.visit import Visit
from storage.access import device_history, devices
from storage.access.device_lists import UnitChoice
from storage.access.devices import DeviceRecord
from storage.texts import N_
from workflows.administration import devices as deeds
from workflows.administration.device_forms import (
    RIGHT_LABELS,
    RIGHTS,
    DeviceForm,
    Move,
    Retirement,
    Right,
    WhereItStands,
    Why,
)
from workflows.administration.devices import Seen
from workflows.administration.office import By, ChangedMeanwhile, Office
from workflows.definition import Form
from workflows.errors import FormInvalid, NotPermitted, WorkflowError
from workflows.forms import fill_in

Deed = Callable[[Office, By, Seen, Mapping[str, Any]], Awaitable[Any]]


@dataclass(frozen=True)
class Step:
    """Something that is done to a device. `statuses`: of devices that it is offered for."""

    form: type[Form] | None
    right: Right
    deed: Deed
    label: str
    hint: str = ""
    statuses: frozenset[str] = frozenset({"in_use", "stopped"})


async def _new_label(office: Office, by: By, seen: Seen, _: Mapping[str, Any]) -> None:
    await deeds.new_label(office, by, seen)


STEPS: Mapping[str, Step] = {
    "edit": Step(DeviceForm, Right.EDIT, deeds.change, N_("Change the record")),
    "place": Step(WhereItStands, Right.PLACE, deeds.place, N_("Change the place")),
    "move": Step(
        Move,
        Right.MOVE,
        deeds.move,
        N_("Move to another department"),
        N_("The label stays valid. Open cases stay with those who have them; new ones go to the new place."),
    ),
    "stop": Step(
        Why,
        Right.STATUS,
        deeds.stop,
        N_("Take out of use"),
        N_("The label stays valid, and faults can still be reported."),
        frozenset({"in_use"}),
    ),
    "use-again": Step(
        Why, Right.STATUS, deeds.use_again, N_("Use again"), statuses=frozenset({"stopped", "retired"})
    ),
    "retire": Step(
        Retirement,
        Right.STATUS,
        deeds.retire,
        N_("Retire"),
        N_("The record stays, with its history. The label then says that the device is retired."),
    ),
    "label": Step(
        None,
        Right.LABEL,
        _new_label,
        N_("Replace the label"),
        N_("The labels now on the device no longer work. Print the new one and attach it."),
    ),
}
GROUPS = {
    "number": N_("What it is"),
    "category": N_("Licence and place"),
    "made_on": N_("Dates"),
    "price": N_("Purchase and service"),
}


def steps_for(visit: Visit, device: DeviceRecord) -> list[tuple[str, Step]]:
    """What the viewer may do to a device in its present state."""
    revives = visit.person.holds(RIGHTS[Right.REVIVE], device.path)
    return [
        (name, step)
        for name, step in STEPS.items()
        if device.status in (step.statuses if name != "edit" else {*step.statuses, "retired"})
        and visit.person.holds(RIGHTS[step.right], device.path)
        and (device.status != "retired" or name == "edit" or revives)
    ]


async def new_form(_: web.Request, visit: Visit) -> web.StreamResponse:
    """The empty form of a device."""
    return await _new(visit)


async def register(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Enter a device and show it, or say what is wrong."""
    data = data_of(DeviceForm, visit.typed.fields)
    try:
        unit = NewDevicePress.model_validate(visit.typed.fields).unit
        device_id = await deeds.register(visit.services.office, visit.by, unit, data)
    except ValidationError:
        return await _new(visit, _with_others(FormInvalid.choice("unit"), data))
    except WorkflowError as error:
        return await _new(visit, error)
    return _to(device_id)


def _with_others(error: FormInvalid, data: Mapping[str, Any]) -> FormInvalid:
    """A fault of the place, with those of all other fields: nobody is to find them one after the other."""
    try:
        fill_in(DeviceForm, data)
    except FormInvalid as more:
        return FormInvalid({**error.fields, **more.fields})
    return error


async def _new(visit: Visit, error: WorkflowError | None = None) -> web.Response:
    units = await _places(visit, Right.EDIT)
    if not units:
        raise NotPermitted(action_text=RIGHT_LABELS[Right.EDIT])
    faults = error if isinstance(error, FormInvalid) else None
    text, _ = faults.fields.get("unit", ("", {})) if faults else ("", {})
    return visit.page(
        "device_new.html",
        error_pages.status_of(error) if error else 200,
        units=units,
        chosen=visit.typed.text("unit") or (str(units[0].id) if len(units) == 1 else ""),
        unit_fault=visit.gettext(text),
        inputs=plain_inputs(visit, DeviceForm, faults),
        groups=GROUPS,
        error=error,
    )


async def step_form(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What a step asks for."""
    wanted = OfStep.of(request)
    device = await devices.record(visit.services.db, visit.person, wanted.id)
    if wanted.step not in dict(steps_for(visit, device)):
        raise NotPermitted(action_text=RIGHT_LABELS[STEPS[wanted.step].right])
    return await _form(visit, device, wanted.step)


async def do_step(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Do it and show the device, or the form again with what was typed and what is wrong."""
    wanted = OfStep.of(request)
    step = STEPS[wanted.step]
    data = data_of(step.form, visit.typed.fields) if step.form else {}
    try:
        seen = Seen(wanted.id, DevicePress.model_validate(visit.typed.fields).version)
        await step.deed(visit.services.office, visit.by, seen, data)
    except ValidationError:
        return await _again(visit, wanted, PressBroken())
    except WorkflowError as error:
        return await _again(visit, wanted, error)
    return _to(wanted.id)


async def _again(visit: Visit, wanted: OfStep, error: WorkflowError) -> web.Response:
    device = await devices.record(visit.services.db, visit.person, wanted.id)
    return await _form(visit, device, wanted.step, error)


async def _form(
    visit: Visit, device: DeviceRecord, name: str, error: WorkflowError | None = None
) -> web.Response:
    step = STEPS[name]
    cases = await device_history.open_cases(visit.services.db, visit.person, device.id)
    return visit.page(
        "device_step.html",
        error_pages.status_of(error) if error else 200,
        device=device,
        name=name,
        step=step,
        cases=cases if name in ("move", "retire") else [],
        inputs=await _inputs(visit, device, name, error),
        groups=GROUPS if name == "edit" else {},
        changed=isinstance(error, ChangedMeanwhile),
        error=error,
    )


async def _inputs(
    visit: Visit, device: DeviceRecord, name: str, error: WorkflowError | None
) -> Sequence[Input]:
    step, faults = STEPS[name], error if isinstance(error, FormInvalid) else None
    if step.form is None:
        return []
    units: Sequence[tuple[str, str]] = ()
    if name == "move":
        others = [u for u in await _places(visit, Right.MOVE) if u.id != device.organisation_id]
        units = [("", visit.gettext(CHOOSE)), *((str(u.id), u.name) for u in others)]
    known = _known(device) if name in ("edit", "place") else {"retired_on": ""}
    asked = plain_inputs(visit, step.form, faults, known, units)
    return [
        i
        for i in (beside(visit, asked, known, error) if name in ("edit", "place") else asked)
        if i.spec.name != "cases_stay"
        or await device_history.open_cases(visit.services.db, visit.person, device.id)
    ]


def _known(device: DeviceRecord) -> dict[str, str]:
    values = {name: getattr(device, name) for name in DeviceForm.model_fields}
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


async def _places(visit: Visit, right: Right) -> list[UnitChoice]:
    """Where the viewer may do that, each department with its hospital's name before it."""
    found = await device_history.places(visit.services.db, visit.person, RIGHTS[right])
    hospitals = [unit for unit in found if unit.kind == "hospital"]
    return [UnitChoice(u.id, _full_name(u, hospitals), u.kind, u.path) for u in found]


def _full_name(unit: UnitChoice, hospitals: Sequence[UnitChoice]) -> str:
    above = next((h for h in hospitals if unit.path.startswith(h.path) and h.id != unit.id), None)
    return f"{above.name} · {unit.name}" if above else unit.name


def _to(device_id: int) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/devices/{device_id}"})


async def history(request: web.Request, visit: Visit) -> web.StreamResponse:
    """What was done to the record."""
    device = await devices.record(visit.services.db, visit.person, OfId.of(request).id)
    found = await device_history.lines(visit.services.db, visit.person, device.id, limit=500)
    return visit.page("device_history.html", device=device, lines=found)
