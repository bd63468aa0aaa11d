"""Until when whoever is asked has to act: what a message says, on its card and in an SMS. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from storage.device_names import short_name
from storage.facts import Facts
from storage.moments import moment
from workflows.calendar import Calendar
from workflows.definition import Rung, Workflow


def due_of(rung: Rung, facts: Facts, calendar: Calendar) -> datetime | None:
    """When the rung is due, counted from the entry of the state or computed from the facts."""
    if rung.due is not None:
        return rung.due.at(facts, calendar)
    return calendar.due(facts.entered_at, facts.policies[rung.after]) if rung.after else None


def due_at(workflow: Workflow, facts: Facts, calendar: Calendar) -> datetime | None:
    """The next time at which somebody else is told that it was not done; when all of these passed, the last of them.

    A workflow that has a limit of its own (of the law, of a licence) says which.
    """
    if workflow.limit is not None:
        return workflow.limit(facts, calendar)
    dues = sorted(_dues(workflow, facts, calendar))
    return next((due for due in dues if due > facts.now), dues[-1] if dues else None)


def _dues(workflow: Workflow, facts: Facts, calendar: Calendar) -> Iterator[datetime]:
    for deadline in workflow.deadlines_of(facts.state):
        for rung in deadline.ladder:
            due = due_of(rung, facts, calendar) if _presses(rung, facts) else None
            if due is not None:
                yield due


def _presses(rung: Rung, facts: Facts) -> bool:
    return bool(rung.tells) and not (rung.quiet and rung.quiet(facts))


def variables_of(workflow: Workflow, facts: Facts, calendar: Calendar) -> Mapping[str, Any]:
    """What the messages of a case may speak of: the workflow's own, and what is the same everywhere."""
    due = due_at(workflow, facts, calendar)
    return {
        "device_short": short_name(facts.device),
        "due_at": moment(due, facts.now) if due else "",
        "due_over": "1" if due and due <= facts.now else "",
        **workflow.variables(facts),
    }
