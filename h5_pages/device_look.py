"""What was done to a device, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from h5_pages import look
from storage.access.device_history import HistoryLine
from storage.texts import N_, Gettext
from workflows.administration import udi
from workflows.administration.device_bands import Limits
from workflows.administration.device_forms import RIGHTS, DeviceForm, Right

UDI_PARTS = (
    (udi.DI, N_("UDI: product (DI)")),
    (udi.LOT, N_("UDI: lot")),
    (udi.SERIAL, N_("UDI: serial number")),
    (udi.MADE, N_("UDI: made on")),
    (udi.EXPIRES, N_("UDI: expires on")),
    (udi.SOFTWARE, N_("UDI: software version")),
)
KEEPERS = RIGHTS[Right.FILES]
BAND_KEEPERS = RIGHTS[Right.BANDS]
DEEDS = {
    "device.create": N_("entered the device"),
    "device.change": N_("changed the record"),
    "device.place": N_("changed the place"),
    "device.move": N_("moved the device"),
    "device.stop": N_("took it out of use"),
    "device.use_again": N_("put it into use again"),
    "device.retire": N_("retired it"),
    "device.label": N_("replaced the label"),
    "device.bands": N_("changed the limits of a sensor"),
    "labels.print": N_("printed the label"),
    "device.file_add": N_("added a file"),
    "device.file_remove": N_("removed a file"),
}
FIELDS = {
    "organisation": N_("Department"),
    "status": N_("State"),
    "retired_on": N_("Retired on"),
    "reason": N_("Reason"),
    "open_cases": N_("Cases that stay open"),
    "generation": N_("Label number"),
    "file": N_("File"),
    "metric": N_("Measured"),
    "unit": N_("Unit of measure"),
    **{name: str(field.title) for name, field in Limits.model_fields.items()},
}


def udi_parts(text: str | None, today: date) -> list[tuple[str, str]]:
    """What the UDI says, each with its caption (a source text). Other issuers' are not taken apart."""
    try:
        known = udi.read(text or "")
    except udi.UdiWrong:  # entered before it was checked so
        return []
    if known.issuer and not known.elements:
        return [(N_("UDI: issued under the rules of"), known.issuer)]
    days = {part: known.day(part, today) for part in (udi.MADE, udi.EXPIRES)}
    said = {**known.elements, **{part: str(day) for part, day in days.items() if day}}
    return [(caption, said[part]) for part, caption in UDI_PARTS if said.get(part)]


def deed(line: HistoryLine) -> str:
    """What was done (a source text)."""
    return DEEDS.get(line.action, line.action)


def differences(line: HistoryLine, gettext: Gettext) -> list[tuple[str, str, str]]:
    """Caption, before and after of every field that changed."""
    names = [name for name in {**line.before, **line.after} if name != "unit"]
    return [
        (gettext(_caption(name)), _shown(name, line.before, gettext), _shown(name, line.after, gettext))
        for name in names
    ]


def _caption(name: str) -> str:
    field = DeviceForm.model_fields.get(name)
    return FIELDS.get(name) or (field.title if field and field.title else name)


def _shown(name: str, values: Mapping[str, Any], gettext: Gettext) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    words = {"status": look.status, "type": look.device_type, "category": look.category}.get(name)
    return gettext(words(str(value))) if words else str(value)
