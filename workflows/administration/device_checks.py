"""What the form of a device cannot check by itself: dates that can be, and a number that no other device has."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any

import asyncpg

from storage import devices
from storage.clock import SHANGHAI
from storage.devices import Taken
from storage.texts import N_
from workflows.administration import udi
from workflows.administration.device_forms import DeviceForm
from workflows.administration.office import Desk
from workflows.errors import FormInvalid

SAME_NUMBER = N_("{number} {name} already has this number.")
SAME_SERIAL = N_("{number} {name} already has this serial number and maker.")
REGISTERED = N_("This is already registered.")
IN_THE_FUTURE = N_("This is in the future.")
BEFORE_MADE = N_("This is before the device was made.")
PAST = ("made_on", "purchased_on", "installed_on", "reported_on")
Faults = dict[str, tuple[str, dict[str, Any]]]


async def check(desk: Desk, form: DeviceForm, device_id: int | None) -> None:
    """Dates that can be, and a number and serial number of its own; raises `FormInvalid`."""
    same = await devices.taken(
        desk.connection, form.number, (form.maker, form.serial), device_id, desk.by.viewer.paths
    )
    check_with(desk, form, same)


def dated(desk: Desk, form: DeviceForm) -> DeviceForm:
    """With the day of making that its UDI names, where none was entered: the century depends on today."""
    if form.made_on or not form.udi:
        return form
    with suppress(udi.UdiWrong):
        made = udi.read(form.udi).day(udi.MADE, today(desk))
        return form.model_copy(update={"made_on": made}) if made and made <= today(desk) else form
    return form


def check_with(desk: Desk, form: DeviceForm, same: Iterable[Taken]) -> None:
    """The same, where the others are known that have its number or serial number; raises `FormInvalid`."""
    faults = _wrong_days(form, today(desk))
    for other in same:
        text = SAME_NUMBER if other.same_number else SAME_SERIAL
        known = {"number": other.number, "name": other.name}
        faults["number" if other.same_number else "serial"] = (
            (text, known) if other.in_scope else (REGISTERED, {})
        )
    if faults:
        raise FormInvalid(faults)


def _wrong_days(form: DeviceForm, today: date) -> Faults:
    days = {name: getattr(form, name) for name in (*PAST, "warranty_until")}
    made = form.made_on or date.min
    early: Faults = {name: (BEFORE_MADE, {}) for name, day in days.items() if day and day < made}
    late: Faults = {name: (IN_THE_FUTURE, {}) for name in PAST if days[name] and days[name] > today}
    return early | late


def today(desk: Desk) -> date:
    """The day that people see, in China."""
    return desk.clocks.business.now().astimezone(SHANGHAI).date()


class clash_as_fault:  # noqa: N801 - reads as a with-statement
    """Somebody entered the same at the same moment: the database decides, and the form says so."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, asyncpg.UniqueViolationError):
            field = "number" if "number" in (error.constraint_name or "") else "serial"
            raise FormInvalid.taken(field) from None
