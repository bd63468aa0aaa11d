"""What the numbers in a workflow's picture mean: who may take a step, from where to where, who is reminded when."""

from collections.abc import Iterator
from dataclasses import dataclass

from h5_pages.help.drawing import Drawing, draw, numbered
from storage.texts import Gettext
from workflows.definition import Move, Workflow
from workflows.table_words import conditions, reminders, who


@dataclass(frozen=True)
class Way:
    """From one state to another, and what must hold; `source` is empty at the beginning."""

    source: str
    target: str
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """An action with those who may take it; without `number` it leaves the state as it is, in `states`."""

    number: int | None
    label: str
    by: str
    ways: tuple[Way, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """Who is reminded of what waits in these states, as shipped."""

    states: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Legend:
    """A workflow's picture and all that is to be said of it."""

    label: str
    drawing: Drawing
    steps: tuple[Step, ...]
    staying: tuple[Step, ...]
    waiting: tuple[Waiting, ...]


def explain(workflow: Workflow, gettext: Gettext) -> Legend:
    """Everything of a workflow's table, in a reader's language."""
    return Legend(
        gettext(workflow.label),
        draw(workflow, gettext),
        tuple(_steps(workflow, gettext)),
        tuple(_staying(workflow, gettext)),
        tuple(_waiting(workflow, gettext)),
    )


def _steps(workflow: Workflow, gettext: Gettext) -> Iterator[Step]:
    for action, number in numbered(workflow).items():
        by_people: dict[str, list[Way]] = {}
        for move in workflow.moves:
            if move.action == action and move.target not in (None, move.source):
                people = who(move.by, gettext, workflow.part_labels)
                by_people.setdefault(people, []).append(_way(workflow, move, gettext))
        label = gettext(workflow.actions[action].label)
        for people, ways in by_people.items():
            yield Step(number, label, people, tuple(ways))


def _way(workflow: Workflow, move: Move, gettext: Gettext) -> Way:
    source, target = (workflow.states.get(state or "", "") for state in (move.source, move.target))
    return Way(source and gettext(source), gettext(target), tuple(conditions(move, gettext)))


def _staying(workflow: Workflow, gettext: Gettext) -> Iterator[Step]:
    found: dict[tuple[str, str], list[str]] = {}
    for move in workflow.moves:
        if move.source is not None and move.target in (None, move.source):
            key = gettext(workflow.actions[move.action].label), who(move.by, gettext, workflow.part_labels)
            found.setdefault(key, []).append(gettext(workflow.states[move.source]))
    for (label, people), states in found.items():
        yield Step(None, label, people, states=tuple(dict.fromkeys(states)))


def _waiting(workflow: Workflow, gettext: Gettext) -> Iterator[Waiting]:
    """States with the same reminders stand together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for state, label in workflow.states.items():
        lines = tuple(dict.fromkeys(reminders(workflow, state, gettext)))
        found.setdefault(lines, []).append(gettext(label))
    for lines, states in found.items():
        if lines:
            yield Waiting(tuple(states), lines)
