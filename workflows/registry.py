"""All workflows by name. A new workflow is one folder and one line here."""

from collections.abc import Iterable, Iterator

from storage.kinds import Kinds
from workflows.definition import Workflow
from workflows.repair.machine import REPAIR


class Registry:
    """The workflows that this service runs."""

    def __init__(self, workflows: Iterable[Workflow]) -> None:
        self._by_name = {workflow.name: workflow for workflow in workflows}

    def __iter__(self) -> Iterator[Workflow]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Workflow:
        """The workflow of that name (KeyError is a programming error: rows name only known ones)."""
        return self._by_name[name]

    def kinds(self) -> Kinds:
        """Every kind of message of every workflow."""
        return Kinds(kind for workflow in self for kind in workflow.kinds)


def all_workflows() -> Registry:
    """The registry as shipped."""
    return Registry([REPAIR])
