"""A case's past as its page tells it: steps with what was filled in, and what was told to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from h5_pages.times import exact
from h5_pages.visit import Visit
from storage.access.cases import DeliveryLine, StepLine
from workflows.cases import CaseView
from workflows.definition import Change, Workflow
from workflows.forms import FieldSpec, describe


@dataclass(frozen=True)
class Event:
    """One step. `filled_in`: label and value, in the reader's language; `changes`: what it changed, both sides."""

    step: StepLine
    done: str
    filled_in: list[tuple[str, str]]
    changes: list[Change]
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
        step,
        visit.gettext(look.done) if look else step.action,
        _filled_in(visit, workflow, step),
        _changes(visit, workflow, step),
        delivered,
    )


def _filled_in(visit: Visit, workflow: Workflow, step: StepLine) -> list[tuple[str, str]]:
    specs = _specs(workflow, step.action)
    changed = step.data.get("after") or {}
    data = {_formerly(workflow, step.action).get(name, name): value for name, value in step.data.items()}
    known = [(spec, data[name]) for name, spec in specs.items() if name in data and name not in changed]
    if "before" in step.data:  # of a whole record only what differs is news
        known = [(spec, value) for spec, value in known if spec.name in ("reason", "limit_on")]
    return [
        (visit.gettext(spec.label), _value(visit, spec, value)) for spec, value in known if value is not False
    ]


def _changes(visit: Visit, workflow: Workflow, step: StepLine) -> list[Change]:
    before, after = step.data.get("before") or {}, step.data.get("after") or {}
    specs = {name: spec for move in workflow.moves for name, spec in _specs(workflow, move.action).items()}
    return [
        Change(name, visit.gettext(specs[name].label), str(before.get(name) or ""), str(value or ""))
        for name, value in after.items()
        if name in specs
    ]


def _formerly(workflow: Workflow, action: str) -> Mapping[str, str]:
    """Names that fields of an action had in older versions, with those of today."""
    return {
        old: new
        for move in workflow.moves
        if move.action == action
        for old, new in move.form.formerly.items()
    }


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
