"""The kinds of import that there are."""

from collections.abc import Sequence

from workflows.administration.device_import import DeviceImport
from workflows.administration.imports import ImportKind


def all_kinds() -> Sequence[ImportKind]:
    """One line a kind."""
    return [DeviceImport()]
