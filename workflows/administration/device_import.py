"""Devices from a spreadsheet: known by their number, else by maker and serial number."""

from collections.abc import Mapping
from typing import Annotated, Any

import asyncpg
from pydantic import Field, StringConstraints

from storage import devices
from storage.access import NotVisible
from storage.devices import UnitRow
from storage.texts import N_
from workflows.administration.device_batch import NOTE, DeviceBatch, batch_of
from workflows.administration.device_checks import check_with, dated
from workflows.administration.device_forms import RIGHTS, DeviceForm, Right
from workflows.administration.devices import KIND, Seen, check_right, enter, rewrite, taken_up, update
from workflows.administration.imports import At, Existing, Made
from workflows.administration.office import Change, ChangedMeanwhile, Desk
from workflows.definition import Form
from workflows.errors import FormInvalid
from workflows.forms import fill_in
from workflows.identity.roles import Role

# What PostgreSQL says up to version 17, and since 18.
USED = (asyncpg.ForeignKeyViolationError, asyncpg.RestrictViolationError)
NO_DEPARTMENT = N_("There is no department with this name here.")
CHANGED_SINCE = N_("It has been changed since.")
USED_SINCE = N_("It has been used since: a case, a file or a sensor belongs to it.")
NOT_NOW = N_("The previous value fails the current checks.")


class DeviceRow(DeviceForm):
    """One line of the spreadsheet: a device's record, and where it belongs."""

    department: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="",
        title=N_("Department"),
        description=N_("Its name in this service. Empty: the organisation you import into."),
    )


class DeviceImport:
    """The kind `devices`; its shape is `imports.ImportKind`."""

    name = "devices"
    label = N_("Devices")
    form: type[Form] = DeviceRow
    roles: frozenset[Role] = RIGHTS[Right.IMPORT]

    async def match(self, desk: Desk, at: At, forms: Mapping[int, Form]) -> Mapping[int, Existing]:
        """Devices at or below the organisation with the number, else with the maker and serial number, of a row."""
        lines = {number: form for number, form in forms.items() if isinstance(form, DeviceRow)}
        everywhere = await devices.known(
            desk.connection,
            at.path,
            [(f.number, f.maker, f.serial) for f in lines.values()],
            desk.by.viewer.paths,
        )
        at.notes[NOTE] = DeviceBatch(everywhere, await devices.new_ids(desk.connection, len(lines)))
        found = [row for row in everywhere if row["here"]]
        by_number = {row["number"].upper(): row for row in found}
        by_serial = {_identity(row["maker"], row["serial"]): row for row in found}
        rows = {
            n: by_number.get(f.number.upper()) or by_serial.get(_identity(f.maker, f.serial))
            for n, f in lines.items()
        }
        return {n: Existing(row["id"], row["version"], _values(row)) for n, row in rows.items() if row}

    async def create(self, desk: Desk, at: At, form: Form) -> Made:
        """Enter a device; raises `FormInvalid`, `NotPermitted`."""
        row = _line(form)
        unit = await _unit(desk, at, row.department or at.name)
        check_right(desk.by.viewer, unit.path, Right.EDIT)
        known, record = batch_of(at), dated(desk, _record(row.model_dump()))
        check_with(desk, record, known.same(record))
        device_id = known.new_id()
        await enter(desk, unit, record, device_id)
        known.put(device_id, record)
        return Made(device_id, 1, f"{row.number} {row.name}")

    async def change(self, desk: Desk, at: At, found: Existing, form: Form) -> Made:
        """Change what the row fills in; empty cells change nothing. Raises `WorkflowError`."""
        row, known = _line(form), await self._taken(desk, found.id, found.version)
        if known is None:
            raise ChangedMeanwhile
        record = dated(desk, _record({**found.values, **row.model_dump(exclude_unset=True)}))
        check_with(desk, record, batch_of(at).same(record, found.id))
        version = await rewrite(desk, known, record)
        batch_of(at).put(found.id, record)
        if row.department and row.department != known["organisation_name"]:
            version = await _moved(desk, known, await _unit(desk, at, row.department))
        return Made(found.id, version, f"{row.number} {row.name}")

    async def remove(self, desk: Desk, subject_id: int, version: int) -> str | None:
        """Delete a device that nothing hangs on yet, or say why it stays."""
        row = await self._taken(desk, subject_id, version)
        if row is None:
            return CHANGED_SINCE
        try:
            async with desk.connection.transaction():
                await devices.delete(desk.connection, subject_id)
        except USED:
            return USED_SINCE
        await desk.record(Change("device.remove", row["organisation_id"], KIND, subject_id, row["number"]))
        return None

    async def restore(
        self, desk: Desk, subject_id: int, version: int, before: Mapping[str, Any]
    ) -> str | None:
        """Write back what stood there, or say why not."""
        row = await self._taken(desk, subject_id, version)
        if row is None:
            return CHANGED_SINCE
        try:
            await update(desk, row, _record(before))
        except FormInvalid:
            return NOT_NOW
        unit = await devices.unit_named(
            desk.connection, "", str(before.get("department", "")), before.get("unit")
        )
        if unit and unit.id != row["organisation_id"]:
            await _moved(desk, row, unit)
        return None

    async def _taken(self, desk: Desk, device_id: int, version: int) -> dict[str, Any] | None:
        try:
            return await taken_up(desk, Seen(device_id, version), Right.EDIT)
        except (ChangedMeanwhile, NotVisible):
            return None


def _line(form: Form) -> DeviceRow:
    if not isinstance(form, DeviceRow):
        raise TypeError(type(form))
    return form


def _identity(maker: str, serial: str) -> tuple[str, str]:
    return maker.lower(), serial.lower()


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: row[name] for name in DeviceForm.model_fields}
    return {**known, "department": row["organisation_name"], "unit": row["organisation_id"]}


def _record(values: Mapping[str, Any]) -> DeviceForm:
    """The fields of the record alone, checked; raises `FormInvalid`."""
    return fill_in(DeviceForm, {name: values[name] for name in DeviceForm.model_fields if name in values})


async def _unit(desk: Desk, at: At, name: str) -> UnitRow:
    unit = await batch_of(at).unit(desk, at, name)
    if unit is None:
        raise FormInvalid({"department": (NO_DEPARTMENT, {})})
    return unit


async def _moved(desk: Desk, row: Mapping[str, Any], unit: UnitRow) -> int:
    """Give a locked device to another department; its version. Raises `NotPermitted`."""
    check_right(desk.by.viewer, unit.path, Right.MOVE)
    version = await devices.change(desk.connection, row["id"], {"organisation_id": unit.id})
    before, after = {"organisation": row["organisation_name"]}, {"organisation": unit.name}
    for organisation in (row["organisation_id"], unit.id):  # as a move by hand
        await desk.record(Change("device.move", organisation, KIND, row["id"], row["number"], before, after))
    return version
