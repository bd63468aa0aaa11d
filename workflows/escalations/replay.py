"""A case's own row as it was after each step, made anew from what was filled in and from what held then. Pure.

Effects of moves are functions of what is known and what was filled in, so history tells what every column was when a
reminder was due, whatever has become of it since.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from storage.facts import Facts
from storage.histories import Step
from workflows.definition import Move, Workflow
from workflows.errors import FormInvalid
from workflows.forms import fill_in

NOT_IN_HISTORY = frozenset({"case_id", "public_key", "sealed"})
"""Columns that no step tells: the key of the row, what is drawn by lot, what is sealed."""

Detail = Mapping[str, Any]


class Details:
    """The row after each step, by the business time of the step."""

    def __init__(self, times: Sequence[datetime], rows: Sequence[Detail]) -> None:
        """The first row is the one before the first step."""
        self._times = times
        self._rows = rows

    def at(self, moment: datetime) -> Detail:
        """The row as it was at that moment, with the steps of that very moment."""
        return self._rows[bisect_right(self._times, moment)]


def replayed(
    workflow: Workflow,
    facts: Facts,
    steps: Sequence[Step],
    policies_at: Callable[[datetime], Mapping[str, Detail]],
) -> Details | None:
    """None where the steps do not lead to the row that there is: forms of former versions, or a row changed by hand."""
    rows: list[Detail] = [dict.fromkeys(facts.detail)]
    try:
        for step in steps:
            known = replace(
                facts,
                state=step.source or step.target,
                detail=rows[-1],
                now=step.at,
                policies=policies_at(step.at),
            )
            rows.append({**rows[-1], **_changes(workflow, known, step)})
    except (FormInvalid, ArithmeticError, LookupError, TypeError, ValueError):
        return None
    found = rows[-1]
    if any(not _same(found[name], facts.detail.get(name)) for name in found.keys() - NOT_IN_HISTORY):
        return None
    return Details([step.at for step in steps], rows)


def _changes(workflow: Workflow, known: Facts, step: Step) -> Detail:
    move = _move(workflow, step)
    if move is None or move.writes is None:
        return {}
    named = {move.form.formerly.get(name, name): value for name, value in step.data.items()}
    given = {name: value for name, value in named.items() if name in move.form.model_fields}
    return move.writes(known, fill_in(move.form, given))


def _move(workflow: Workflow, step: Step) -> Move | None:
    """The move that the step took; None for what the system does by itself, such as reminding."""
    for move in workflow.moves_from(step.source):
        if move.action == step.action and (move.target or move.source) == step.target:
            return move
    return None


def _same(value: object, stored: object) -> bool:
    """Is a value what the database has of it in JSON?"""
    if stored is None or value is None or value == stored:
        return value == stored or not (value or stored)
    if isinstance(value, datetime):
        return datetime.fromisoformat(str(stored)) == value
    if isinstance(value, date):
        return str(stored) == value.isoformat()
    if isinstance(value, Decimal | float):
        return float(str(stored)) == float(value)
    return False
