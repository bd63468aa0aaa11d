"""Is there such a move from this state, may this person make it here, do guard and form hold? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.directory import Viewer
from storage.facts import Facts
from workflows.actor import Actor
from workflows.definition import Form, Move, Part, Who, Workflow
from workflows.errors import DutiesSeparated, FormInvalid, NotOpen, NotPermitted, WorkflowError
from workflows.forms import fill_in


@dataclass(frozen=True)
class Offer:
    """An action that this viewer can take now. Label is a source text."""

    action: str
    label: str
    style: str
    form: type[Form]
    instead_of: str = ""

    @property
    def one_press(self) -> bool:
        """Nothing is asked for, so a button in chat suffices."""
        return not self.form.model_fields


def offers_to(workflow: Workflow, facts: Facts, viewer: Viewer) -> list[Offer]:
    """Exactly the actions that this viewer has on the case now, in the order of the table."""
    offers: dict[str, Offer] = {}
    for move in workflow.moves_from(facts.state):
        if (
            move.offered
            and move.action not in offers
            and _may(move, facts, viewer)
            and not _shut(move, facts)
        ):
            look = workflow.actions[move.action]
            offers[move.action] = Offer(move.action, look.label, look.style, move.form, look.instead_of)
    return list(offers.values())


def choose(
    workflow: Workflow, facts: Facts, viewer: Viewer, actor: Actor, action: str, data: Mapping[str, Any]
) -> tuple[Move, Form]:
    """The move to take with its checked form; raises `NotOpen`, `NotPermitted`, `DutiesSeparated`, `FormInvalid`."""
    moves = [m for m in workflow.moves_from(facts.state) if m.action == action]
    if not moves:
        raise NotOpen(state_text=workflow.states[facts.state])
    permitted = [m for m in moves if (m.by.system if actor.is_system else _belongs(m.by, facts, viewer))]
    if not permitted:
        raise NotPermitted(_refusal(moves[0], facts, viewer), action_text=workflow.actions[action].label)
    if _same_hands(permitted[0], facts, viewer):
        raise DutiesSeparated
    reason = _shut(permitted[0], facts)
    if reason:
        raise NotOpen(reason, state_text=workflow.states[facts.state])
    for move in permitted:
        form = fill_in(move.form, data)
        if move.when is None or move.when.holds(facts, form):
            _check_form(move, facts, form)
            return move, form
    raise NotOpen(state_text=workflow.states[facts.state])


def choose_opening(
    workflow: Workflow, actor: Actor, action: str, data: Mapping[str, Any]
) -> tuple[Move, Form]:
    """The move that opens a case; raises `WorkflowError` for any other, `NotPermitted`, `FormInvalid`."""
    move = next((m for m in workflow.moves_from(None) if m.action == action), None)
    if move is None:
        raise WorkflowError
    if not (move.by.anybody or actor.is_system or (move.by.roles and actor.person_id is not None)):
        raise NotPermitted(action_text=workflow.actions[action].label)
    return move, fill_in(move.form, data)


def check_opening(
    workflow: Workflow, facts: Facts, viewer: Viewer, actor: Actor, move: Move, form: Form
) -> Move:
    """May this person open it here, and does the form hold here? Of several moves the first whose guard holds.

    Raises `NotPermitted`, `FormInvalid`.
    """
    if not (actor.is_system or _belongs(move.by, facts, viewer)):
        raise NotPermitted(action_text=workflow.actions[move.action].label)
    _check_form(move, facts, form)
    openings = [m for m in workflow.moves_from(None) if m.action == move.action]
    return next((m for m in openings if m.when is None or m.when.holds(facts, form)), move)


def _check_form(move: Move, facts: Facts, form: Form) -> None:
    faults = move.faults(facts, form) if move.faults else {}
    if faults:
        raise FormInvalid({name: (text, {}) for name, text in faults.items()})


def _may(move: Move, facts: Facts, viewer: Viewer) -> bool:
    return _belongs(move.by, facts, viewer) and not _same_hands(move, facts, viewer)


def _belongs(who: Who, facts: Facts, viewer: Viewer) -> bool:
    return who.anybody or viewer.holds(who.roles_in(facts), facts.path) or _has_part(who.parts, facts, viewer)


def _refusal(move: Move, facts: Facts, viewer: Viewer) -> str | None:
    """Why somebody may not who would at another kind of organisation; None for all others."""
    held = (tier.refusal for name, tier in move.by.tiers if viewer.holds({name}, facts.path))
    return next(held, None)


def on_behalf_of(who: Who, facts: Facts, viewer: Viewer) -> str:
    """The name of the absent person whose right the viewer needs for this; empty when they act in their own."""
    if not viewer.acts_for or _belongs(who, facts, viewer.as_oneself()):
        return ""
    stood_for = (absent for absent in viewer.acts_for if _belongs(who, facts, viewer.standing_in(absent)))
    return next((absent.name for absent in stood_for), "")


def _has_part(parts: frozenset[str], facts: Facts, viewer: Viewer) -> bool:
    """Has the viewer, or somebody whose deputy they are, one of the parts?"""
    if viewer.person_id is None:
        return any(holder.part in parts and _is(None, holder.id, viewer) for holder in facts.parts)
    return any(holder.part in parts and holder.person_id in viewer.person_ids for holder in facts.parts)


def _same_hands(move: Move, facts: Facts, viewer: Viewer) -> bool:
    """Did the viewer make the request that this move decides on? Whoever stands in for others stays one person."""
    if move.not_the_reporter and _has_part(frozenset({Part.REPORTER}), facts, viewer.as_oneself()):
        return True
    return any(
        step.action in move.not_who_did and _is(step.person_id, step.participant_id, viewer)
        for step in facts.steps
    )


def has_seen(facts: Facts, move: Move, seen_version: int) -> bool:
    """Has whoever saw the case at that version seen what the move decides on?"""
    latest = facts.last(*move.after_seeing) if move.after_seeing else None
    return latest is None or latest.version <= seen_version


def kept_apart(move: Move, facts: Facts) -> frozenset[int]:
    """The people who may not take the move, as it decides on what they did themselves."""
    did = {step.person_id for step in facts.steps if step.action in move.not_who_did}
    reported = {p.person_id for p in facts.with_part(Part.REPORTER)} if move.not_the_reporter else set()
    return frozenset(person for person in did | reported if person is not None)


def _is(person_id: int | None, participant_id: int | None, viewer: Viewer) -> bool:
    if viewer.person_id is not None:
        return person_id == viewer.person_id
    return viewer.participant_id is not None and participant_id == viewer.participant_id


def _shut(move: Move, facts: Facts) -> str | None:
    return move.open_if(facts) if move.open_if else None
