"""What a device's record (档案) holds, and who may do what to it.

The fields are those of the standard's 6.3.1 and 6.3.2, and what a repair needs besides.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from storage.device_types import DEVICE_TYPE_LABELS, DeviceType
from storage.texts import N_
from workflows.administration import udi
from workflows.definition import Form
from workflows.forms import ERROR_TEXTS, fault
from workflows.identity.roles import Role
from workflows.licence.numbers import is_licence_number

EARLIEST = date(1950, 1, 1)
WRONG_LICENCE = N_("A licence number is its class character and ten digits.")
WRONG_PHONE = N_("Please check the phone number.")
TOO_EARLY = N_("Please check the year.")
SELECT: dict[str, Any] = {"kind": "select"}


class Right(StrEnum):
    """What can be done to a device."""

    EDIT = "edit"
    PLACE = "place"
    FILES = "files"
    MOVE = "move"
    STATUS = "status"
    REVIVE = "revive"
    LABEL = "label"
    BANDS = "bands"
    IMPORT = "import"


_HEADS = frozenset({Role.ADMINISTRATOR, Role.EQUIPMENT_HEAD})
_ENGINEERS = _HEADS | {Role.ENGINEER}
RIGHTS: Mapping[Right, frozenset[Role]] = {
    Right.EDIT: _HEADS,  # enter and change records
    Right.PLACE: _ENGINEERS,  # where it stands: engineers see it first
    Right.FILES: _ENGINEERS,  # photos and documents, contracts among them
    Right.MOVE: _HEADS,  # to another department or hospital: needed at both
    Right.STATUS: _HEADS,  # out of use and back, retire
    Right.REVIVE: frozenset({Role.ADMINISTRATOR}),  # take a retirement back
    Right.LABEL: _ENGINEERS,  # print labels, and replace a lost one
    Right.BANDS: _ENGINEERS,  # limits of its sensors, from the manual
    Right.IMPORT: _HEADS,
}
RIGHT_LABELS: Mapping[Right, str] = {
    Right.EDIT: N_("change this device's record"),
    Right.PLACE: N_("change where this device stands"),
    Right.FILES: N_("change this device's photos and documents"),
    Right.MOVE: N_("move this device"),
    Right.STATUS: N_("stop or retire this device"),
    Right.REVIVE: N_("undo a retirement"),
    Right.LABEL: N_("print labels"),
    Right.BANDS: N_("change the limits of this device's sensors"),
    Right.IMPORT: N_("import devices"),
}


class Category(StrEnum):
    """Whose licence the device needs (甲类, 乙类)."""

    A = "A"
    B = "B"


CATEGORY_LABELS = {
    Category.A: N_("Category A (national licence)"),
    Category.B: N_("Category B (provincial licence)"),
}
Text100 = Annotated[str, StringConstraints(max_length=100)]
Text200 = Annotated[str, StringConstraints(max_length=200)]


class DeviceForm(Form):
    """A device's record. Every field is a column of the same name."""

    number: Annotated[
        str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\s/]+( [^\s/]+)*$")
    ] = Field(title=N_("Device number"), description=N_("Printed on the label; must be unique."))
    type: DeviceType = Field(
        title=N_("Type"),
        json_schema_extra={**SELECT, "labels": {str(k): v for k, v in DEVICE_TYPE_LABELS.items()}},
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(title=N_("Device name"))
    maker: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(title=N_("Maker"))
    brand: Text100 = Field(default="", title=N_("Brand"))
    model: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(title=N_("Model"))
    ladder_type: Text100 = Field(default="", title=N_("Ladder type"))
    serial: Text100 = Field(
        default="",
        title=N_("Serial number"),
        description=N_(
            "As assigned by the maker: together with the maker it identifies one device. Empty: "
            "taken from the UDI."
        ),
        validate_default=True,
    )
    udi: Text200 | None = Field(
        default=None,
        title=N_("UDI"),
        description=N_(
            "Scan it, or type it with its brackets: serial number and production date are taken from it."
        ),
    )
    category: Category | None = Field(
        default=None,
        title=N_("Category"),
        json_schema_extra={**SELECT, "labels": {str(k): v for k, v in CATEGORY_LABELS.items()}},
    )
    licence_number: Annotated[str, StringConstraints(max_length=32)] | None = Field(
        default=None, title=N_("Licence number")
    )
    asset_number: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="", title=N_("Asset number")
    )
    location: Text200 = Field(default="", title=N_("Place"), description=N_("Building, floor, room"))
    made_on: date | None = Field(default=None, title=N_("Made on"))
    purchased_on: date | None = Field(default=None, title=N_("Purchased on"))
    installed_on: date | None = Field(default=None, title=N_("Installed on"))
    reported_on: date | None = Field(default=None, title=N_("Reported on"))
    warranty_until: date | None = Field(default=None, title=N_("Warranty until"))
    price: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)] | None = Field(
        default=None, title=N_("Price (CNY)"), json_schema_extra={"kind": "money"}
    )
    supplier: Text200 = Field(default="", title=N_("Supplier"))
    service_vendor: Text200 = Field(default="", title=N_("Service company"))
    service_phone: Annotated[str, StringConstraints(max_length=32)] = Field(
        default="", title=N_("Service phone")
    )
    remarks: Annotated[str, StringConstraints(max_length=1000)] = Field(
        default="", title=N_("Remarks"), json_schema_extra={"kind": "textarea"}
    )

    @model_validator(mode="before")
    @classmethod
    def _serial_of_the_udi(cls, given: Any) -> Any:
        """The serial number that the UDI names, where none was typed."""
        if not isinstance(given, dict) or given.get("serial") or not isinstance(given.get("udi"), str):
            return given
        with suppress(udi.UdiWrong):
            serial = udi.read(given["udi"]).serial
            return {**given, "serial": serial} if serial else given
        return given

    @field_validator("serial")
    @classmethod
    def _serial(cls, value: str) -> str:
        if not value:
            raise fault(ERROR_TEXTS["missing"])
        return value

    @field_validator("udi")
    @classmethod
    def _udi(cls, value: str | None) -> str | None:
        try:
            return udi.read(value).text if value else value
        except udi.UdiWrong as wrong:
            raise fault(wrong.text, element=wrong.element) from None

    @field_validator("licence_number")
    @classmethod
    def _licence(cls, value: str | None) -> str | None:
        if value and not is_licence_number(value):
            raise fault(WRONG_LICENCE)
        return value

    @field_validator("service_phone")
    @classmethod
    def _phone(cls, value: str) -> str:
        if value and not all(c.isdigit() or c in "+-() ,/转" for c in value):
            raise fault(WRONG_PHONE)
        return value

    @field_validator("made_on", "purchased_on", "installed_on", "reported_on", "warranty_until")
    @classmethod
    def _day(cls, value: date | None) -> date | None:
        if value and value < EARLIEST:
            raise fault(TOO_EARLY)
        return value


class Retirement(Form):
    """A device is given up for good."""

    retired_on: date = Field(title=N_("Retired on"))
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        title=N_("Reason"), json_schema_extra={"kind": "textarea"}
    )
    cases_stay: bool = Field(
        default=False, title=N_("Open cases stay open and are completed by the people assigned to them")
    )


class Why(Form):
    """Why something is done."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        title=N_("Reason"), json_schema_extra={"kind": "textarea"}
    )


class Move(Form):
    """A device goes elsewhere for good."""

    unit: int = Field(gt=0, lt=2**63, title=N_("Where it goes"), json_schema_extra={"kind": "person"})
    location: Text200 = Field(default="", title=N_("Place"), description=N_("Building, floor, room"))
    reason: Annotated[str, StringConstraints(max_length=500)] = Field(
        default="", title=N_("Reason"), json_schema_extra={"kind": "textarea"}
    )


class WhereItStands(Form):
    """The place within its department."""

    location: Text200 = Field(title=N_("Place"), description=N_("Building, floor, room"))
