"""State diagrams in Mermaid, drawn from the tables of the workflows: `python -m workflows.diagram` writes them."""

import sys
from collections.abc import Iterator
from pathlib import Path

from storage.texts import N_, Gettext, in_english
from workflows.definition import Move, Who, Workflow
from workflows.registry import all_workflows
from workflows.table_words import conditions, reminders, who

FOLDER = Path(__file__).parent.parent / "docs" / "diagrams"

STAYING = N_("Without changing the state: {action} ({who}) in {states}")


def mermaid(workflow: Workflow, gettext: Gettext) -> str:
    """The diagram: who may do what on the arrows, who is reminded when (as shipped) in notes."""
    lines = ["stateDiagram-v2"]
    lines += [f"    state {_quoted(gettext(label))} as {state}" for state, label in workflow.states.items()]
    lines += [_arrow(workflow, move, gettext) for move in workflow.moves if move.target is not None]
    lines += [f"    {state} --> [*]" for state in workflow.states if state in workflow.final]
    for state in workflow.states:
        lines += _note(workflow, state, gettext)
    return "\n".join(lines)


def document(workflow: Workflow, gettext: Gettext) -> str:
    """A page in Markdown: the diagram, and the moves that leave the state as it is."""
    listed = "\n".join(f"- {line}" for line in _staying(workflow, gettext))
    return (
        f"# {gettext(workflow.label)}\n\n```mermaid\n{mermaid(workflow, gettext)}\n```\n"
        + (f"\n{listed}\n" if listed else "")
        + f"\nWritten by `make diagrams` from `workflows/{workflow.name}/machine.py`.\n"
    )


def _arrow(workflow: Workflow, move: Move, gettext: Gettext) -> str:
    words = [gettext(workflow.actions[move.action].label), f"({who(move.by, gettext, workflow.part_labels)})"]
    words += conditions(move, gettext)
    return f"    {move.source or '[*]'} --> {move.target}: {_plain('<br/>'.join(words))}"


def _note(workflow: Workflow, state: str, gettext: Gettext) -> list[str]:
    rungs = [f"        {line}" for line in reminders(workflow, state, gettext)]
    return [f"    note right of {state}", *rungs, "    end note"] if rungs else []


def _staying(workflow: Workflow, gettext: Gettext) -> Iterator[str]:
    """One line for each action and each set of people, with the states in which it is open."""
    states: dict[tuple[str, Who], list[str]] = {}
    for move in workflow.moves:
        if move.target is None and move.source is not None:
            states.setdefault((move.action, move.by), []).append(gettext(workflow.states[move.source]))
    for (action, by), names in states.items():
        label = gettext(workflow.actions[action].label)
        people = who(by, gettext, workflow.part_labels)
        yield gettext(STAYING).format(action=label, who=people, states=" · ".join(names))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def _plain(text: str) -> str:
    """A second colon or a semicolon would end the label."""
    return text.replace(": ", ", ").replace(":", "").replace(";", ",")


def write_all(folder: Path) -> list[Path]:
    """Write the page of every workflow, in English; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {folder / f"{workflow.name}.md": document(workflow, in_english) for workflow in all_workflows()}
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    return list(pages)


if __name__ == "__main__":
    for written in write_all(FOLDER):
        sys.stdout.write(f"{written}\n")
