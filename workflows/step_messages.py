"""What listeners are told of a step of a case, whoever else is told of it."""

from collections.abc import Mapping
from typing import Any

from storage.case_writer import STEP_KIND
from storage.facts import Facts
from storage.kinds import MessageKind
from storage.texts import N_
from workflows.definition import Workflow

# Names of people are none of them: other systems learn what became of a case, not who was there.
STEP = MessageKind(
    STEP_KIND,
    title=N_("{case_title}: {state_text}"),
    summary=N_("{done_text} ({workflow_text} {number})"),
    short=N_("{number}: {state_text}"),
    facts=("workflow", "action", "from", "state", "version", "device_number"),
)
REMINDED = N_("Somebody was reminded")


def step_told(workflow: Workflow, after: Facts, action: str, source: str | None) -> Mapping[str, Any]:
    """The variables of `STEP` for the step that led to `after`."""
    look = workflow.actions.get(action)
    device = after.device or {}
    return {
        "number": after.number,
        "case_title": device.get("name", "") if workflow.title_stays_inside else after.title,
        "workflow": workflow.name,
        "workflow_text": workflow.label,
        "action": action,
        "done_text": look.done if look else REMINDED,
        "from": source or "",
        "state": after.state,
        "state_text": workflow.states[after.state],
        "version": after.version,
        "device_number": device.get("number") or "",
    }
