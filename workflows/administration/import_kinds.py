"""The kinds of import that there are."""

from collections.abc import Sequence

from workflows.administration.device_import import DeviceImport
from workflows.administration.imports import ImportKind
from workflows.administration.organisation_import import OrganisationImport
from workflows.administration.person_import import PersonImport


def all_kinds() -> Sequence[ImportKind]:
    """One line a kind."""
    return [DeviceImport(), OrganisationImport(), PersonImport()]
