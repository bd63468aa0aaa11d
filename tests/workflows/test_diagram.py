import re

import pytest

from storage.texts import in_english
from workflows.definition import Workflow
from workflows.diagram import FOLDER, document, mermaid
from workflows.registry import all_workflows

EVERY = pytest.mark.parametrize("workflow", list(all_workflows()), ids=lambda workflow: str(workflow.name))
ARROW = re.compile(r"    (\S+) --> (\S+): ([^:;]+)")


@EVERY
def test_committed_diagram_is_what_the_table_says(workflow: Workflow) -> None:
    written = (FOLDER / f"{workflow.name}.md").read_text(encoding="utf-8")
    assert written == document(workflow, in_english), "run `make diagrams`"


@EVERY
def test_every_move_that_changes_the_state_is_an_arrow_with_a_label_that_mermaid_reads(
    workflow: Workflow,
) -> None:
    lines = mermaid(workflow, str).splitlines()
    arrows = [found for line in lines if (found := ARROW.fullmatch(line))]
    moves = [(m.source or "[*]", m.target) for m in workflow.moves if m.target]
    assert [(arrow[1], arrow[2]) for arrow in arrows] == moves
    assert all(f"    {state} --> [*]" in lines for state in workflow.final)


@EVERY
def test_words_go_through_the_translator(workflow: Workflow) -> None:
    drawn = mermaid(workflow, lambda text: f"«{text}»")
    labels = [*workflow.states.values(), *(m.when.label for m in workflow.moves if m.when)]
    assert all(f"«{label}»" in drawn for label in labels)


def test_a_guard_a_role_and_a_deadline_are_drawn() -> None:
    drawn = mermaid(all_workflows().named("repair"), str)
    assert "(Clinical engineer, Head of equipment)<br/>if estimate over the limit" in drawn
    assert "Approve<br/>(Head of equipment, Vice-director)<br/>not on one's own request" in drawn
    assert "after 2 hour(s): Head of equipment" in drawn
