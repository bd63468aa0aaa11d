"""Lets running deadlines follow a policy: those that wait are moved, what was told is not told again. Pure.

A limit that the law lengthens is longer for what runs already, and one that it shortens is shorter. What would
have been due before is due at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage.facts import Facts
from workflows.calendar import Calendar
from workflows.definition import Rung, Workflow
from workflows.due import due_of


@dataclass(frozen=True)
class WaitingTimer:
    """A timer of the present state that has not fired."""

    id: int
    rule: str
    rung: int
    due_at: datetime


@dataclass(frozen=True)
class MovedTimer:
    """A waiting timer, and when it is due from now on."""

    timer: WaitingTimer
    due_at: datetime


def with_policy(facts: Facts, name: str, value: Mapping[str, Any]) -> Facts:
    """The facts as if the policy had that value."""
    return replace(facts, policies={**facts.policies, name: value})


def moved(
    workflow: Workflow, facts: Facts, waiting: Iterable[WaitingTimer], calendar: Calendar
) -> Sequence[MovedTimer]:
    """The timers that are due at another time by the policies that the facts hold now."""
    found = ((timer, _due(workflow, facts, timer, calendar)) for timer in waiting)
    return [MovedTimer(timer, due) for timer, due in found if due is not None and due != timer.due_at]


def _due(workflow: Workflow, facts: Facts, timer: WaitingTimer, calendar: Calendar) -> datetime | None:
    """When the timer would be armed for now; None where it is to be left as it is."""
    rung = _rung(workflow, facts.state, timer)
    if rung is None or (rung.due is None and _came_back(facts, timer)):
        return None
    due = due_of(rung, facts, calendar)
    return None if due is None or (timer.rule, timer.rung, due) in facts.fired else due


def _came_back(facts: Facts, timer: WaitingTimer) -> bool:
    """Is this a turn after the first one? Those count from each other and not from the state's entry."""
    return any(
        (rule, rung) == (timer.rule, timer.rung) and at >= facts.entered_at
        for (rule, rung, at) in facts.fired
    )


def _rung(workflow: Workflow, state: str, timer: WaitingTimer) -> Rung | None:
    for deadline in workflow.deadlines_of(state):
        if deadline.rule == timer.rule and timer.rung < len(deadline.ladder):
            return deadline.ladder[timer.rung]
    return None
