"""For whom a case waits: read from the moves that are somebody's duty in its state, for every workflow alike. Pure."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from storage.facts import Facts
from workflows.definition import NOBODY, Move, Who, Workflow


@dataclass(frozen=True)
class Waiting:
    """Whose turn it is, and for which action (its label is a source text)."""

    who: Who
    label: str


def waiting(workflow: Workflow, facts: Facts) -> Waiting | None:
    """For whom an open case waits; None for one that is closed, or waits for nobody in person."""
    if facts.closed_at is not None or facts.state in workflow.final:
        return None
    duties = _duties(workflow, facts)
    who = reduce(or_, (move.duty_of or move.by for move in duties), NOBODY)
    if not (who.roles or who.parts):
        return None
    return Waiting(who, workflow.actions[duties[0].action].label)


def _duties(workflow: Workflow, facts: Facts) -> list[Move]:
    """What is somebody's duty now; where nothing is open, what will be; else whatever people may do to go on."""
    moves = workflow.moves_from(facts.state)
    duties = [move for move in moves if move.duty_of is not None]
    are_open = [move for move in duties if move.open_if is None or move.open_if(facts) is None]
    return are_open or duties or [move for move in moves if move.target and not move.by.system]
