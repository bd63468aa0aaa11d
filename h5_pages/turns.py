"""Whose turn a case is, in the reader's words."""

from storage.texts import Gettext
from workflows.cases import CaseView
from workflows.table_words import who


def turn_of(view: CaseView, gettext: Gettext) -> str:
    """The roles and parts for whom it waits; empty when it waits for nobody."""
    return who(view.waiting.who, gettext, view.workflow.part_labels) if view.waiting else ""
