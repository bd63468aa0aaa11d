"""Who of those that are told may press which button, and which text is theirs. Pure.

An audience may name offices that only oversee, and where nobody holds a role the administrator is told: a card never
leads its reader to "you may not do this".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.facts import Facts, PartHolder
from storage.kinds import MAY_PRESS, MessageKind
from storage.reach import Holders
from workflows.definition import Move, Say, Workflow
from workflows.rules import kept_apart


@dataclass(frozen=True)
class Reader:
    """A person, or a participant without an account."""

    person_id: int | None
    participant_id: int | None


def kind_for(
    workflow: Workflow, facts: Facts, say: Say, holders: Holders, reader: Reader
) -> tuple[MessageKind, Mapping[str, object]]:
    """The kind for this reader, and what its variables say of the buttons that are not theirs."""
    pressed = _buttons_of(workflow, facts, say.kind, holders, reader)
    return say.kind, {MAY_PRESS: pressed} if len(pressed) < len(say.kind.buttons) else {}


def _buttons_of(
    workflow: Workflow,
    facts: Facts,
    kind: MessageKind,
    holders: Holders,
    reader: Reader,
) -> list[str]:
    firsts = (
        next((move for move in workflow.moves_from(facts.state) if move.action == button), None)
        for button in kind.buttons
    )
    return [move.action for move in firsts if move and _may(workflow, facts, move, holders, reader)]


def _may(workflow: Workflow, facts: Facts, move: Move, holders: Holders, reader: Reader) -> bool:
    if reader.person_id in kept_apart(move, facts):
        return False
    roles = move.by.roles_in(facts)
    holds = reader.person_id in holders.of(roles) | holders.by_name(roles)
    return move.by.anybody or holds or any(_by_part(workflow, move, p.part) for p in _parts(facts, reader))


def _parts(facts: Facts, reader: Reader) -> list[PartHolder]:
    if reader.person_id is None:
        return [holder for holder in facts.parts if holder.id == reader.participant_id]
    return [holder for holder in facts.parts if reader.person_id in (holder.person_id, holder.deputy_id)]


def _by_part(workflow: Workflow, move: Move, part: str) -> bool:
    """Has the part the right, or the role from which it is given?"""
    given = {each.appoints.role for each in workflow.moves if each.appoints and each.appoints.part == part}
    return part in move.by.parts or bool(given & move.by.roles)
