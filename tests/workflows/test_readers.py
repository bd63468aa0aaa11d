"""No button without the right: every kind of message, for every role that can be told it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from storage.facts import Facts, PartHolder
from storage.kinds import MAY_PRESS
from storage.reach import Holders
from tests.support.tables import Telling, bare_facts, tellings
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.definition import Say, Workflow, role
from workflows.identity.roles import Role
from workflows.plan import messages_for
from workflows.readers import Reader, kind_for
from workflows.registry import all_workflows
from workflows.repair import messages as say
from workflows.repair.machine import REPAIR, S

CALENDAR = Calendar(ChineseWorkingDays({}, 2026))
READER = 7
TOLD = [(workflow, telling) for workflow in all_workflows() for telling in tellings(workflow)]


def in_state(workflow: Workflow, telling: Telling) -> Facts:
    return replace(bare_facts(workflow), state=telling.state)


def rights(workflow: Workflow, facts: Facts, action: str) -> frozenset[str]:
    return frozenset(
        r
        for move in workflow.moves_from(facts.state)
        if move.action == action
        for r in move.by.roles_in(facts)
    )


def offered(workflow: Workflow, facts: Facts, told: Say, held: str) -> Iterator[str]:
    kind, own = kind_for(workflow, facts, told, Holders(told={held: [READER]}), Reader(READER, None))
    yield from (button for button in kind.buttons if button in own.get(MAY_PRESS, kind.buttons))  # type: ignore[operator]


@pytest.mark.parametrize("held", Role)
def test_no_card_has_a_button_that_its_reader_may_not_press(held: Role) -> None:
    for workflow, telling in TOLD:
        facts = in_state(workflow, telling)
        for button in offered(workflow, facts, telling.say, held):
            assert held in rights(workflow, facts, button), (telling.say.kind.name, button)


def test_whoever_may_press_has_the_button() -> None:
    for workflow, telling in TOLD:
        facts = in_state(workflow, telling)
        for button in telling.say.kind.buttons:
            for held in rights(workflow, facts, button):
                assert button in set(offered(workflow, facts, telling.say, held)), telling.say.kind.name


def test_the_administrator_who_is_told_for_want_of_a_head_decides_nothing() -> None:
    facts = replace(bare_facts(REPAIR), state=S.AWAITING_APPROVAL)
    told = [Say(say.please_approve, role(Role.EQUIPMENT_HEAD))]
    (message,) = messages_for(REPAIR, facts, told, Holders(told={"administrator": [READER]}), None, CALENDAR)
    assert (message.person_id, message.variables[MAY_PRESS]) == (READER, [])


def test_the_vice_director_to_whom_a_repair_is_handed_back_may_give_it_to_an_engineer() -> None:
    facts = replace(bare_facts(REPAIR), state=S.TRIAGED)
    told = next(move for move in REPAIR.moves_from(S.TRIAGED) if move.action == "hand_back").tells
    (message,) = messages_for(
        REPAIR, facts, told, Holders(told={Role.VICE_DIRECTOR: [READER]}), None, CALENDAR
    )
    assert (message.person_id, message.variables.get(MAY_PRESS, ["assign"])) == (READER, ["assign"])


def test_a_reporter_without_an_account_may_accept_the_repair() -> None:
    reporter = PartHolder(3, "reporter", "Visitor", None, "visitor@example.com")
    facts = replace(bare_facts(REPAIR), state=S.REPAIRED, parts=(reporter,))
    _, own = kind_for(REPAIR, facts, Say(say.please_confirm, role()), Holders(), Reader(None, 3))
    assert own == {}
