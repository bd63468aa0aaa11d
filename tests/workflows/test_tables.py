"""Every workflow's table holds what engine, front doors and notifier take for granted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.tables import (
    NOON,
    appointments,
    bare_facts,
    groups,
    may,
    places_in,
    reachable,
    roles_of,
    tellings,
    texts_of,
)
from workflows.audiences import audience_of
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.definition import PART_LABELS, REMIND, Move, NoForm, Part, Rung, Workflow, role
from workflows.due import variables_of
from workflows.forms import describe
from workflows.identity.roles import Role
from workflows.registry import all_workflows
from workflows.repair.machine import REPAIR, A, S


def every_state_is_reached_and_can_end(workflow: Workflow) -> None:
    assert reachable(workflow, None) == set(workflow.states)
    stuck = [s for s in workflow.states if not ({s} | reachable(workflow, s)) & workflow.final]
    assert stuck == []
    assert workflow.final <= set(workflow.states)


def moves_name_known_states_and_looks(workflow: Workflow) -> None:
    named = {state for move in workflow.moves for state in (move.source, move.target)} - {None}
    assert named <= set(workflow.states)
    rungs = {rung.action for deadline in workflow.deadlines for rung in deadline.ladder}
    assert {move.action for move in workflow.moves} | rungs | {REMIND} == set(workflow.actions)
    assert all(workflow.states.values())
    assert all(look.label and look.done for look in workflow.actions.values())


def a_case_opens_into_a_state(workflow: Workflow) -> None:
    openings = workflow.moves_from(None)
    assert openings
    assert all(move.target and not move.appoints for move in openings)


def no_move_is_shadowed(workflow: Workflow) -> None:
    """Of several moves with one action and source, only the last goes without a guard, and it must be there."""
    for group in groups(workflow):
        unguarded = [index for index, move in enumerate(group) if move.when is None]
        assert unguarded == [len(group) - 1], (group[0].action, group[0].source)


def moves_of_one_action_ask_the_same_of_the_same_people(workflow: Workflow) -> None:
    """The engine judges right and bars by the first of them, and front doors show its form."""
    for group in groups(workflow):
        asked = {(m.by, m.form, m.open_if, m.not_who_did, m.not_the_reporter) for m in group}
        assert len(asked) == 1, (group[0].action, group[0].source)


def duties_are_of_people_who_may_act(workflow: Workflow) -> None:
    duties = [move for move in workflow.moves if move.duty_of]
    assert [m.action for m in duties if m.duty_of and not may(workflow, m.duty_of, m.by)] == []


def every_open_state_is_on_somebodys_list(workflow: Workflow) -> None:
    """A state in which nobody has something to do is one in which a case is forgotten."""
    with_duty = {move.source for move in workflow.moves if move.duty_of}
    assert set(workflow.states) - workflow.final - with_duty == set()


def four_eyes_name_actions_of_the_table(workflow: Workflow) -> None:
    for move in workflow.moves:
        assert move.not_who_did <= set(workflow.actions)
        assert move.action not in move.not_who_did


def roles_and_parts_exist(workflow: Workflow) -> None:
    parts = {part for telling in tellings(workflow) for part in telling.say.to.parts}
    parts |= {part for move in workflow.moves for part in move.by.parts}
    assert roles_of(workflow) <= set(Role)
    assert parts | {a.part for a in appointments(workflow)} <= set(Part) == set(PART_LABELS)


def places_of_messages_are_filled(workflow: Workflow) -> None:
    known = set(variables_of(workflow, bare_facts(workflow), Calendar(ChineseWorkingDays({}, 2026))))
    for kind in workflow.kinds:
        assert places_in(texts_of(kind)) <= known, kind.name


def buttons_are_open_to_a_recipient(workflow: Workflow) -> None:
    for telling in tellings(workflow):
        for button in telling.say.kind.buttons:
            moves = [m for m in workflow.moves_from(telling.state) if m.action == button]
            assert any(may(workflow, telling.say.to, m.by) for m in moves), (telling.say.kind.name, button)


def kinds_with_buttons_end_with_the_state(workflow: Workflow) -> None:
    assert [kind.name for kind in workflow.kinds if kind.buttons and not kind.while_in_state] == []
    told = {telling.say.kind.name: telling.say.kind for telling in tellings(workflow)}
    assert told == {kind.name: kind for kind in workflow.kinds}, "two kinds have one name"


def deadlines_run_in_open_states_by_known_policies(workflow: Workflow) -> None:
    calendar = Calendar(ChineseWorkingDays({}, 2026))
    for deadline in workflow.deadlines:
        assert deadline.state in set(workflow.states) - workflow.final
        rungs = [calendar.due(NOON, workflow.policies[r.after].value) for r in deadline.ladder if r.after]
        assert rungs == sorted(set(rungs)), deadline.rule
        again = [calendar.due(NOON, workflow.policies[r.again].value) for r in deadline.ladder if r.again]
        assert all(due > NOON for due in [*rungs, *again])
        assert all((rung.after is None) != (rung.due is None) for rung in deadline.ladder)


def an_open_state_has_a_deadline_or_a_reason_why_not(workflow: Workflow) -> None:
    """One that counts from its entry: a clock of the law that runs through all states says nothing of this one."""
    counted = {d.state for d in workflow.deadlines if any(rung.after for rung in d.ladder)}
    assert counted & set(workflow.without_deadline) == set()
    assert counted | set(workflow.without_deadline) == set(workflow.states) - workflow.final
    assert all(workflow.without_deadline.values())


def new_deadlines_count_from_the_entry(workflow: Workflow) -> None:
    """What a newer version of the table brings is counted from the upgrade on in the cases of an older one."""
    for deadline in workflow.deadlines:
        assert 1 <= deadline.since <= workflow.version
        assert deadline.since == 1 or all(rung.after for rung in deadline.ladder)


def what_the_system_takes_is_open_to_it_and_asks_for_nothing(workflow: Workflow) -> None:
    for deadline in workflow.deadlines:
        for action in {rung.takes for rung in deadline.ladder} - {None}:
            moves = [m for m in workflow.moves_from(deadline.state) if m.action == action]
            assert moves
            assert all(move.by.system and not move.form.model_fields for move in moves)


def one_rule_is_one_ladder(workflow: Workflow) -> None:
    """A timer names its rule and rung; a rule may run through several states, each once."""
    rules = {(deadline.rule, deadline.state) for deadline in workflow.deadlines}
    ladders = {deadline.rule: deadline.ladder for deadline in workflow.deadlines}
    assert len(rules) == len(workflow.deadlines)
    assert all(deadline.ladder == ladders[deadline.rule] for deadline in workflow.deadlines)


def audiences_are_policies_that_name_roles_and_how_many_channels(workflow: Workflow) -> None:
    for name in {t.say.audience for t in tellings(workflow)} - {None}:
        value = workflow.policies[str(name)].value
        assert set(value["roles"]) <= set(Role)
        assert audience_of(value).value == value, "as the page would store it"


def policies_have_a_source_and_are_of_this_workflow(workflow: Workflow) -> None:
    assert all(policy.source for policy in workflow.policies.values())
    assert {name.partition(".")[0] for name in workflow.policies} <= {workflow.name}


def appointed_people_come_from_a_field_or_are_the_actor(workflow: Workflow) -> None:
    for move in workflow.moves:
        if move.appoints and move.appoints.beside:
            assert not move.appoints.role  # the part gives no right that a role would
        elif move.appoints and move.form is not NoForm:
            kinds = {spec.name: spec.kind for spec in describe(move.form)}
            assert kinds[move.appoints.field] == "person"


RULES: list[Callable[[Workflow], None]] = [
    every_state_is_reached_and_can_end,
    moves_name_known_states_and_looks,
    a_case_opens_into_a_state,
    no_move_is_shadowed,
    moves_of_one_action_ask_the_same_of_the_same_people,
    duties_are_of_people_who_may_act,
    every_open_state_is_on_somebodys_list,
    four_eyes_name_actions_of_the_table,
    roles_and_parts_exist,
    places_of_messages_are_filled,
    buttons_are_open_to_a_recipient,
    kinds_with_buttons_end_with_the_state,
    deadlines_run_in_open_states_by_known_policies,
    an_open_state_has_a_deadline_or_a_reason_why_not,
    new_deadlines_count_from_the_entry,
    what_the_system_takes_is_open_to_it_and_asks_for_nothing,
    one_rule_is_one_ladder,
    audiences_are_policies_that_name_roles_and_how_many_channels,
    policies_have_a_source_and_are_of_this_workflow,
    appointed_people_come_from_a_field_or_are_the_actor,
]


@pytest.mark.parametrize("workflow", list(all_workflows()), ids=lambda workflow: str(workflow.name))
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__name__))
def test_table(workflow: Workflow, rule: Callable[[Workflow], None]) -> None:
    rule(workflow)


BROKEN: dict[str, tuple[Callable[[Workflow], None], dict[str, Any]]] = {
    "a state that nothing reaches": (
        every_state_is_reached_and_can_end,
        {"states": {**REPAIR.states, "x": "X"}},
    ),
    "a move from nowhere": (
        moves_name_known_states_and_looks,
        {"moves": [*REPAIR.moves, Move(A.CANCEL, "x", S.CANCELLED, role(Role.ENGINEER))]},
    ),
    "a guard that comes too late": (no_move_is_shadowed, {"moves": list(reversed(REPAIR.moves))}),
    "an approval open to whoever asks": (
        moves_of_one_action_ask_the_same_of_the_same_people,
        {"moves": [*REPAIR.moves, Move(A.APPROVE, S.AWAITING_APPROVAL, S.TRIAGED, role(Role.ENGINEER))]},
    ),
    "a message with an empty place": (places_of_messages_are_filled, {"variables": lambda _facts: {}}),
    "a state in which a case is forgotten": (
        an_open_state_has_a_deadline_or_a_reason_why_not,
        {"deadlines": [d for d in REPAIR.deadlines if d.state != S.TRIAGED]},
    ),
    "a button that nobody told may press": (
        buttons_are_open_to_a_recipient,
        {"moves": [m for m in REPAIR.moves if m.action != A.APPROVE]},
    ),
    "a second rung before the first": (
        deadlines_run_in_open_states_by_known_policies,
        {
            "deadlines": [
                replace(d, ladder=[Rung(r.after, r.tells) for r in reversed(d.ladder)])
                for d in REPAIR.deadlines
            ]
        },
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_is_found(name: str) -> None:
    rule, changes = BROKEN[name]
    with pytest.raises(AssertionError):
        rule(replace(REPAIR, **changes))
