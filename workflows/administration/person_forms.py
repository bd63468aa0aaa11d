"""What is asked for about people and their posts, and which role may be held where."""

import re
import unicodedata
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from storage.numbers import is_mistyped_mobile, mobile
from storage.texts import N_
from workflows.administration.organisation_forms import BIGGEST_ID
from workflows.administration.organisation_kinds import Kind
from workflows.definition import Form
from workflows.forms import fault
from workflows.identity.roles import ROLE_LABELS, Role

LANGUAGES: dict[str, str] = {"": N_("as set in the phone or browser"), "zh_CN": "中文", "en": "English"}
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")
PHONE = re.compile(r"[+0-9(][0-9 ()+\-]{2,31}", re.ASCII)
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)

NOT_A_USERNAME = N_("A user name has 2 to 64 letters and digits, and . _ - @ after the first.")
NOT_A_PHONE = N_("A phone number has digits, spaces and + ( ) - only.")
NO_MOBILE = N_("A mobile number has 11 digits and begins with 13 to 19.")
ENDS_BEFORE = N_("The last day is before the first.")

ROLE_CHOICES: dict[str, str] = {str(role): label for role, label in ROLE_LABELS.items()}
FIRST_POST: dict[str, str] = {"": N_("none yet"), **ROLE_CHOICES}
IN_HOSPITALS = (Kind.HOSPITAL, Kind.DEPARTMENT)
PLACES: dict[Role, tuple[Kind, ...]] = {
    Role.ADMINISTRATOR: tuple(Kind),
    Role.AUDITOR: tuple(Kind),
    Role.MEDICAL_STAFF: IN_HOSPITALS,
    Role.DEPARTMENT_HEAD: IN_HOSPITALS,
    Role.ENGINEER: IN_HOSPITALS,
    Role.EQUIPMENT_HEAD: IN_HOSPITALS,
    Role.VICE_DIRECTOR: (Kind.HOSPITAL,),
    Role.SAFETY_OFFICER: IN_HOSPITALS,
    Role.LICENCE_CONTACT: IN_HOSPITALS,
    Role.CITY_OFFICER: (Kind.CITY,),
    Role.PROVINCE_OFFICER: (Kind.PROVINCE, Kind.NATION),
}
"""Where a role may be held. An authority's role within a hospital would let it decide on its own requests; a
vice-director of a department would be the nearest one there, and asked instead of the hospital's."""

Line = Annotated[str, StringConstraints(max_length=100)]
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]


def phone_as_kept(typed: str) -> str:
    """A mobile number as its eleven digits, another number as it is written; raises a fault of the form."""
    if number := mobile(typed):
        return number
    written = unicodedata.normalize("NFKC", typed).strip()
    if is_mistyped_mobile(written):
        raise fault(NO_MOBILE)
    if written and not PHONE.fullmatch(written):
        raise fault(NOT_A_PHONE)
    return written


class PersonForm(Form):
    """Somebody's record."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(title=N_("Full name"))
    another: bool = Field(default=False, title=N_("This is somebody else with the same name"))
    organisation: Id = Field(title=N_("Organisation"), json_schema_extra={"kind": "select"})
    title: Line = Field(default="", title=N_("Title"), description=N_("Shown beside the name"))
    staff_number: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="", title=N_("Staff number"), description=N_("Used by imports to identify the person")
    )
    phone: Annotated[str, StringConstraints(max_length=32)] = Field(default="", title=N_("Phone"))
    username: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="",
        title=N_("User name"),
        description=N_("For signing in; without one the person cannot sign in"),
    )
    language: Annotated[str, StringConstraints(pattern="^(zh_CN|en)?$")] = Field(
        default="", title=N_("Language"), json_schema_extra={"kind": "select", "labels": dict(LANGUAGES)}
    )

    @field_validator("username")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if value and not USERNAME.fullmatch(value):
            raise fault(NOT_A_USERNAME)
        return value

    @field_validator("phone")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        return phone_as_kept(value)


class NewPerson(PersonForm):
    """Somebody new, with their first post at the organisation if they have one."""

    role: Role | None = Field(
        default=None,
        title=N_("First role"),
        description=N_("At the organisation above, from now on; more roles can be assigned later."),
        json_schema_extra={"kind": "select", "labels": dict(FIRST_POST)},
    )


class PostForm(Form):
    """A role at an organisation, for a time."""

    role: Role = Field(title=N_("Role"), json_schema_extra={"kind": "select", "labels": dict(ROLE_CHOICES)})
    organisation: Id = Field(
        title=N_("Organisation"),
        description=N_("The role applies there and to everything below."),
        json_schema_extra={"kind": "select"},
    )
    starts_on: Annotated[date, Field(ge=EARLIEST, le=LATEST)] | None = Field(
        default=None,
        title=N_("First day"),
        description=N_("Empty: effective immediately"),
        json_schema_extra={"kind": "date"},
    )
    ends_on: Annotated[date, Field(ge=EARLIEST, le=LATEST)] | None = Field(
        default=None,
        title=N_("Last day"),
        description=N_("Empty: no end date"),
        json_schema_extra={"kind": "date"},
    )
