"""Devices: entered, changed, moved, taken out of use, retired. Never deleted: who had what is a record for years.

Open cases stay with the organisation that reported them, whatever becomes of the device; labels stay valid
and follow it. Alarms of its sensors end when it is retired, as nobody listens to them any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from storage import devices, readings
from storage.access import NotVisible
from storage.devices import UnitRow
from storage.directory import Viewer
from storage.failpoints import NoFailPoints
from storage.one_transaction import OneTransaction
from storage.texts import N_
from workflows.actor import SYSTEM_ACTOR
from workflows.administration.device_checks import IN_THE_FUTURE, check, clash_as_fault, dated, today
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
from workflows.administration.office import By, Change, ChangedMeanwhile, Desk, Office
from workflows.alarm.machine import A
from workflows.engine import Engine
from workflows.errors import FormInvalid, NotPermitted, WorkflowError
from workflows.forms import fill_in
from workflows.registry import all_workflows

KIND = "device"
BEFORE_INSTALLED = N_("This is before the device was installed.")
HERE_ALREADY = N_("The device already exists.")


class CasesOpen(WorkflowError):
    """A device with open cases is to be retired."""

    text = N_(
        "Cases are open for this device: {numbers}. Please close them first, or say below that they stay open."
    )


class NotInThisState(WorkflowError):
    """A device is in use, stopped or retired, and what was asked for does not go with it."""

    text = N_("This is not possible in the device's current state. Please check again.")


@dataclass(frozen=True)
class Seen:
    """A device as its form showed it."""

    id: int
    version: int


def check_right(viewer: Viewer, path: str, right: Right) -> None:
    """May the viewer do that to devices of the organisation of that path? Raises `NotPermitted`."""
    if not viewer.holds(RIGHTS[right], path):
        raise NotPermitted(action_text=RIGHT_LABELS[right])


async def register(office: Office, by: By, unit_id: int, data: Mapping[str, Any]) -> int:
    """Enter a device with its first label; its id. Raises `FormInvalid`, `NotPermitted`, `DatabaseAway`."""
    form = fill_in(DeviceForm, data)
    async with office.writing(by) as desk:
        unit = await devices.unit(desk.connection, unit_id, by.viewer.paths)
        if unit is None:
            raise FormInvalid.choice("unit")
        return await create(desk, unit, form)


async def create(desk: Desk, unit: UnitRow, form: DeviceForm) -> int:
    """Enter a device within a transaction; its id. Raises `FormInvalid`, `NotPermitted`."""
    check_right(desk.by.viewer, unit.path, Right.EDIT)
    form = dated(desk, form)
    await check(desk, form, None)
    (device_id,) = await devices.new_ids(desk.connection, 1)
    with clash_as_fault():
        await enter(desk, unit, form, device_id)
    return device_id


async def enter(desk: Desk, unit: UnitRow, form: DeviceForm, device_id: int) -> None:
    """Write a device that was checked, with its first label, under an id that was drawn for it."""
    values = form.model_dump()
    row = {"organisation_id": unit.id, **values, "category": form.category or ""}
    await devices.insert(desk.writes, device_id, row)
    await devices.add_first_label(desk.writes, device_id, token_urlsafe(16))
    await desk.record(
        Change("device.create", unit.id, KIND, device_id, form.number, after=told(values, unit.name))
    )


async def change(office: Office, by: By, seen: Seen, data: Mapping[str, Any]) -> None:
    """Change a record. Raises `FormInvalid`, `NotPermitted`, `ChangedMeanwhile`, `NotVisible`, `DatabaseAway`."""
    form = fill_in(DeviceForm, data)
    async with office.writing(by) as desk:
        row = await taken_up(desk, seen, Right.EDIT)
        await update(desk, row, form)


async def update(desk: Desk, row: Mapping[str, Any], form: DeviceForm) -> int:
    """Change the record of a locked device; its version. Raises `FormInvalid`."""
    form = dated(desk, form)
    await check(desk, form, row["id"])
    return await rewrite(desk, row, form)


async def rewrite(desk: Desk, row: Mapping[str, Any], form: DeviceForm) -> int:
    """Write the record of a locked device that was checked; its version. Raises `FormInvalid`."""
    values = {**form.model_dump(), "category": form.category or ""}
    with clash_as_fault():
        version = await devices.change(desk.connection, row["id"], values)
    before = {name: row[name] for name in values}
    await desk.record(
        Change(
            "device.change", row["organisation_id"], KIND, row["id"], form.number, told(before), told(values)
        )
    )
    return version


async def place(office: Office, by: By, seen: Seen, data: Mapping[str, Any]) -> None:
    """Note where a device stands. Raises as `change` does."""
    form = fill_in(WhereItStands, data)
    async with office.writing(by) as desk:
        row = await taken_up(desk, seen, Right.PLACE)
        await _write(desk, row, "device.place", form.model_dump())


async def move(office: Office, by: By, seen: Seen, data: Mapping[str, Any]) -> None:
    """Give a device to another department or hospital: needs the right at both. Raises as `change` does."""
    form = fill_in(Move, data)
    async with office.writing(by) as desk:
        row = await taken_up(desk, seen, Right.MOVE)
        unit = await devices.unit(desk.connection, form.unit, by.viewer.paths)
        if unit is None:
            raise FormInvalid.choice("unit")
        check_right(by.viewer, unit.path, Right.MOVE)
        if unit.id == row["organisation_id"]:
            raise FormInvalid({"unit": (HERE_ALREADY, {})})
        await devices.change(
            desk.connection, row["id"], {"organisation_id": unit.id, "location": form.location}
        )
        was = {"organisation": row["organisation_name"], "location": row["location"]}
        now = {"organisation": unit.name, "location": form.location, **_reason(form.reason)}
        # Whoever looks after either place may read that it left the one and came to the other.
        for organisation in (row["organisation_id"], unit.id):
            await desk.record(Change("device.move", organisation, KIND, row["id"], row["number"], was, now))


async def stop(office: Office, by: By, seen: Seen, data: Mapping[str, Any]) -> None:
    """Take a device out of use. Raises as `change` does, and `NotInThisState`."""
    form = fill_in(Why, data)
    async with office.writing(by) as desk:
        row = await taken_up(desk, seen, Right.STATUS, "in_use")
        await _write(desk, row, "device.stop", {"status": "stopped"}, form.model_dump())


async def use_again(office: Office, by: By, seen: Seen, data: Mapping[str, Any]) -> None:
    """Back into use; only an administrator takes a retirement back. Raises as `stop` does."""
    form = fill_in(Why, data)
    async with office.writing(by) as desk:
        row = await taken_up(desk, seen, Right.STATUS, "stopped", "retired")
        if row["status"] == "retired":
            check_right(by.viewer, row["path"], Right.REVIVE)
        await _write(
            desk, row, "device.use_again", {"status": "in_use", "retired_on": None}, form.model_dump()
        )


async def retire(office: Office, by: By, seen: Seen, data: Mapping[str, Any]) -> None:
    """Give a device up for good, with the alarms of its sensors. Raises as `stop` does, and `CasesOpen`."""
    form = fill_in(Retirement, data)
    async with office.writing(by) as desk:
        # Before the device, as whoever takes what sensors say does.
        await readings.lock_of_device(desk.connection, seen.id)
        await devices.hold_off_cases(desk.connection, seen.id)
        row = await taken_up(desk, seen, Right.STATUS, "in_use", "stopped")
        if form.retired_on > today(desk):
            raise FormInvalid({"retired_on": (IN_THE_FUTURE, {})})
        if row["installed_on"] and form.retired_on < row["installed_on"]:
            raise FormInvalid({"retired_on": (BEFORE_INSTALLED, {})})
        numbers = await devices.open_cases(desk.connection, row["id"])
        if numbers and not form.cases_stay:
            raise CasesOpen(numbers=", ".join(numbers))
        stay = {"open_cases": list(numbers)} if numbers else {}
        values = {"status": "retired", "retired_on": form.retired_on}
        await _write(desk, row, "device.retire", values, {**_reason(form.reason), **stay})
        await _end_alarms(desk, row)


async def _end_alarms(desk: Desk, row: Mapping[str, Any]) -> None:
    """A device that comes back begins anew."""
    engine = Engine(OneTransaction(desk.connection), all_workflows(), desk.clocks, NoFailPoints())
    for case_id, version in await devices.open_alarms(desk.connection, row["id"]):
        key = f"retired {row['id']} {row['version']} {case_id}"
        await engine.act(case_id, A.END, SYSTEM_ACTOR, {}, seen_version=version, idempotency_key=key)
    await readings.forget(desk.connection, row["id"])


async def new_label(office: Office, by: By, seen: Seen) -> int:
    """Revoke every label of a device and make a new one; its generation. Raises as `change` does."""
    async with office.writing(by) as desk:
        row = await taken_up(desk, seen, Right.LABEL)
        await devices.revoke_labels(desk.connection, row["id"], desk.clocks.real.now())
        generation = await devices.add_label(desk.connection, row["id"], token_urlsafe(16))
        await _write(desk, row, "device.label", {}, {"generation": generation})
        return generation


async def taken_up(desk: Desk, seen: Seen, right: Right, *statuses: str) -> dict[str, Any]:
    """The locked row of a device; raises `NotVisible`, `NotPermitted`, `ChangedMeanwhile`, `NotInThisState`."""
    row = await devices.locked(desk.connection, seen.id, desk.by.viewer.paths)
    if row is None:
        raise NotVisible
    check_right(desk.by.viewer, row["path"], right)
    if row["version"] != seen.version:
        raise ChangedMeanwhile
    if statuses and row["status"] not in statuses:
        raise NotInThisState
    return row


async def _write(
    desk: Desk,
    row: Mapping[str, Any],
    action: str,
    values: Mapping[str, Any],
    note: Mapping[str, Any] | None = None,
) -> None:
    await devices.change(desk.connection, row["id"], values)
    before, after = {n: row[n] for n in values}, {**values, **(note or {})}
    await desk.record(
        Change(action, row["organisation_id"], KIND, row["id"], row["number"], told(before), told(after))
    )


def _reason(reason: str) -> dict[str, str]:
    return {"reason": reason} if reason else {}


def told(values: Mapping[str, Any], organisation: str = "") -> dict[str, Any]:
    """The values as the record of changes keeps them: what is empty is left out."""
    place = {"organisation": organisation} if organisation else {}
    return {
        **place,
        **{n: v if isinstance(v, (int, list)) else str(v) for n, v in values.items() if v not in (None, "")},
    }
