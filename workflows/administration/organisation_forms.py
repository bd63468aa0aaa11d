"""What is asked for about organisations."""

from typing import Annotated

from pydantic import Field, StringConstraints

from storage.texts import N_
from workflows.administration.organisation_kinds import KIND_LABELS, Kind
from workflows.definition import Form

BIGGEST_ID = 2**63 - 1


class OrganisationForm(Form):
    """Name, code and address."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(title=N_("Name"))
    code: Annotated[str, StringConstraints(to_upper=True, max_length=32)] = Field(
        default="",
        title=N_("Code"),
        description=N_(
            "Regions: GB/T 2260. Hospitals: unified social credit code. Departments: any code, or none."
        ),
    )
    code_reason: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="",
        title=N_("Why the code is right nevertheless"),
        description=N_("Only if requested"),
    )
    address: Annotated[str, StringConstraints(max_length=300)] = Field(default="", title=N_("Address"))


class NewOrganisation(OrganisationForm):
    """A new one, with its kind."""

    kind: Kind = Field(title=N_("Kind"), json_schema_extra={"kind": "select", "labels": dict(KIND_LABELS)})


class Move(Form):
    """The organisation below which a department is to stand from now on."""

    parent: Annotated[int, Field(ge=1, le=BIGGEST_ID)] = Field(
        title=N_("New place"), json_schema_extra={"kind": "select"}
    )
