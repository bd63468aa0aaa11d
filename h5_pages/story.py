"""A case's past as its page tells it: steps with what was filled in, and what was told to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from h5_pages.times import exact
from h5_pages.visit import Visit
from storage.access.cases import DeliveryLine, StepLine
from workflows.cases import CaseView
from workflows.definition import Workflow
from workflows.forms import FieldSpec, describe


@dataclass(frozen=True)
class Event:
    """One step. `filled_in`: label and value, in the reader's language."""

    step: StepLine
    done: str
    filled_in: list[tuple[str, str]]
    delivered: list[DeliveryLine]


def events(visit: Visit, view: CaseView) -> list[Event]:
    """The steps of a case, the newest first, each with the messages that it caused."""
    told: dict[int, list[DeliveryLine]] = {}
    for line in view.page.deliveries:
        told.setdefault(line.case_version, []).append(line)
    return [
        _event(visit, view.workflow, step, told.get(step.version, [])) for step in reversed(view.page.steps)
    ]


def _event(visit: Visit, workflow: Workflow, step: StepLine, delivered: list[DeliveryLine]) -> Event:
    look = workflow.actions.get(step.action)
    return Event(
        step, visit.gettext(look.done) if look else step.action, _filled_in(visit, workflow, step), delivered
    )


def _filled_in(visit: Visit, workflow: Workflow, step: StepLine) -> list[tuple[str, str]]:
    specs = _specs(workflow, step.action)
    known = [(spec, step.data[name]) for name, spec in specs.items() if name in step.data]
    return [
        (visit.gettext(spec.label), _value(visit, spec, value)) for spec, value in known if value is not False
    ]


def _specs(workflow: Workflow, action: str) -> Mapping[str, FieldSpec]:
    """The fields of an action, but for the person, whom the case names itself."""
    forms = [move.form for move in workflow.moves if move.action == action]
    return {spec.name: spec for form in forms for spec in describe(form) if spec.kind != "person"}


def _value(visit: Visit, spec: FieldSpec, value: Any) -> str:
    if value is True:
        return "✓"
    if spec.kind == "datetime":
        return exact(datetime.fromisoformat(str(value)), visit.language)
    return visit.gettext(dict(spec.choices).get(str(value), str(value))) if spec.choices else str(value)
