"""What the actions on a licence ask for: the fields of clause 6.3.1 of the standard, and a few more."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from storage.texts import N_
from workflows.definition import Form
from workflows.forms import fault
from workflows.licence import code_faults, numbers

EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)

Line = Annotated[str, StringConstraints(min_length=1, max_length=100)]
LongLine = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Code = Annotated[str, StringConstraints(to_upper=True, max_length=32)]
CreditCode = Annotated[str, StringConstraints(max_length=40)]
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]


class Ownership(StrEnum):
    """所有制性质."""

    STATE = "state"
    COLLECTIVE = "collective"
    PRIVATE = "private"
    MIXED = "mixed"
    FOREIGN = "foreign"


OWNERSHIP_LABELS: dict[str, str] = {
    Ownership.STATE: N_("State-owned"),
    Ownership.COLLECTIVE: N_("Collectively owned"),
    Ownership.PRIVATE: N_("Privately owned"),
    Ownership.MIXED: N_("Joint-stock or mixed"),
    Ownership.FOREIGN: N_("With foreign capital"),
}

NOT_A_NUMBER = N_(
    "A licence number is the class character of the licence and ten digits, the first two from 01 to 32."
)
UNKNOWN_CLASS = N_(
    "The class code (third and fourth digit) is not in the known list. Please compare it "
    "with the licence. If it is right, tick this."
)
NOT_A_CODE = code_faults.NOT_A_CREDIT_CODE
MISTYPED_CODE, CODE_LIKELY = code_faults.MISTYPED, code_faults.LIKELY
WRONG_CHECK_DIGIT = N_(
    "The check digit of the credit code does not match. Please correct the code, or say why it is right."
)


class Original(Form):
    """The original (正本)."""

    photos: ClassVar[bool] = True

    licence_number: Code = Field(
        title=N_("Licence number"), description=N_("The class character and ten digits")
    )
    class_code_checked: bool = Field(
        default=False,
        title=N_("The class code is right, although it is not in the list"),
        validate_default=True,
    )
    unit_name: LongLine = Field(title=N_("Unit"))
    legal_representative: Line = Field(title=N_("Legal representative or head"))
    ownership: Ownership = Field(title=N_("Ownership"), json_schema_extra={"labels": dict(OWNERSHIP_LABELS)})
    device_address: Annotated[str, StringConstraints(min_length=1, max_length=300)] = Field(
        title=N_("Address of the device")
    )
    credit_code: CreditCode = Field(title=N_("Unified social credit code"))
    credit_code_reason: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="",
        title=N_("Why the credit code is right although its check digit is not"),
        description=N_("Only if requested"),
        validate_default=True,
    )
    device_name: LongLine = Field(title=N_("Licensed device"))
    ladder_type: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="", title=N_("Ladder type")
    )
    issuing_authority: LongLine = Field(title=N_("Issuing authority"))
    issued_on: Day = Field(title=N_("Issued on"))

    @field_validator("licence_number")
    @classmethod
    def _is_number(cls, value: str) -> str:
        if not numbers.is_licence_number(value):
            raise fault(NOT_A_NUMBER)
        return value

    @field_validator("class_code_checked")
    @classmethod
    def _class_is_known(cls, value: bool, info: ValidationInfo) -> bool:
        number = info.data.get("licence_number")
        if number and not value and not numbers.has_known_class(number):
            raise fault(UNKNOWN_CLASS)
        return value

    @field_validator("credit_code")
    @classmethod
    def _is_code(cls, value: str) -> str:
        code = numbers.tidy_credit_code(value)
        if numbers.is_credit_code(code) or numbers.is_organisation_code(code):
            return code
        likely = numbers.likely_credit_code(value)
        raise fault(MISTYPED_CODE, likely=likely) if likely else fault(NOT_A_CODE)

    @field_validator("credit_code_reason")
    @classmethod
    def _code_is_right(cls, value: str, info: ValidationInfo) -> str:
        code = info.data.get("credit_code")
        if code and not value and not numbers.check_digit_fits(code):
            likely = numbers.likely_credit_code(code)
            raise fault(CODE_LIKELY, likely=likely) if likely else fault(WRONG_CHECK_DIGIT)
        return value


class Purchase(Form):
    """The device was bought (采购)."""

    photos: ClassVar[bool] = True

    purchased_on: Day = Field(title=N_("Purchased on"))
    contract: LongLine = Field(title=N_("Contract"), description=N_("Number or name of the contract"))


class Duplicate(Form):
    """What the duplicate (副本) says beyond the original."""

    photos: ClassVar[bool] = True

    formerly: ClassVar[Mapping[str, str]] = {"ladder_type": "duplicate_ladder_type"}

    maker: Line = Field(title=N_("Maker"))
    model: Line = Field(title=N_("Model"))
    duplicate_ladder_type: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="", title=N_("Ladder type of the device"), description=N_("As the duplicate should state it")
    )
    serial: Line = Field(title=N_("Serial number"))
    installed_on: Day = Field(title=N_("Installed on"))
    reported_on: Day = Field(title=N_("Reported on"))
    remarks: Annotated[str, StringConstraints(max_length=1000)] = Field(
        default="", title=N_("Remarks"), json_schema_extra={"kind": "textarea"}
    )


class Correction(Original):
    """The original's information as it should be, with the reason. It has no field for the time limit."""

    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class DuplicateCorrection(Duplicate):
    """The same for what the duplicate says."""

    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class Plan(Form):
    """The unit knows of it, and says until when it will be done."""

    planned_on: Day = Field(
        title=N_("Planned for"), description=N_("The day by which the next step will be done")
    )


class Extension(Form):
    """A new limit (延期), with its reason."""

    limit_on: Day = Field(title=N_("New last day of the time limit"))
    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class NewLimit(Form):
    """The time limit as the issuing authority sets it anew, earlier or later."""

    limit_on: Day = Field(title=N_("Last day of the time limit"))
    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class Reason(Form):
    """A reason in words."""

    reason: Words = Field(title=N_("Why?"), json_schema_extra={"kind": "textarea"})


class Remark(Form):
    """A remark for everybody on the case."""

    photos: ClassVar[bool] = True

    remark: Words = Field(title=N_("Remark"), json_schema_extra={"kind": "textarea"})
