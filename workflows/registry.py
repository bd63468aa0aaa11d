"""All workflows by name. A new workflow is one folder and one line here."""

from collections.abc import Iterable, Iterator

from storage import listener_kinds, quiet_kinds, storm_kinds
from storage.kinds import ActionWords, Vocabulary
from workflows import house_messages, reply_messages
from workflows.adverse_event.machine import ADVERSE_EVENT
from workflows.alarm.machine import ALARM
from workflows.definition import Workflow, must_fill_in
from workflows.licence.machine import LICENCE
from workflows.repair.machine import REPAIR
from workflows.step_messages import STEP


class Registry:
    """The workflows that this service runs."""

    def __init__(self, workflows: Iterable[Workflow]) -> None:
        self._by_name = {workflow.name: workflow for workflow in workflows}

    def __iter__(self) -> Iterator[Workflow]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Workflow:
        """The workflow of that name (KeyError is a programming error: rows name only known ones)."""
        return self._by_name[name]

    def vocabulary(self) -> Vocabulary:
        """Every kind of message and every action of every workflow, for the notifier."""
        kinds = [kind for workflow in self for kind in workflow.kinds]
        kinds += [kind for workflow in self if workflow.digest for kind in workflow.digest.kinds]
        return Vocabulary(
            [
                *kinds,
                *reply_messages.KINDS,
                *house_messages.KINDS,
                *storm_kinds.KINDS,
                *quiet_kinds.KINDS,
                *listener_kinds.KINDS,
                STEP,
            ],
            {(w.name, a): _words(w, a) for w in self for a in w.actions} | storm_kinds.ACTIONS,
        )


def _words(workflow: Workflow, action: str) -> ActionWords:
    look = workflow.actions[action]
    forms = [move.form for move in workflow.moves if move.action == action]
    return ActionWords(look.label, look.done, look.style, not any(must_fill_in(form) for form in forms))


def all_workflows() -> Registry:
    """The registry as shipped."""
    return Registry([REPAIR, LICENCE, ADVERSE_EVENT, ALARM])
