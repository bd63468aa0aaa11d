"""What a move or a rung leads to: the facts after it, timers to arm, people to tell. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from storage.case_writer import NewMessage, NewTimer
from storage.facts import Facts
from workflows.calendar import Calendar
from workflows.definition import Say, Workflow
from workflows.identity.roles import Role

Holders = Mapping[str, Sequence[int]]


def roles_told(tells: Iterable[Say]) -> list[str]:
    """The roles whose holders must be looked up, and the one that is told when a role has nobody."""
    roles = {role for say in tells for role in say.to.roles}
    return sorted(roles | {Role.ADMINISTRATOR}) if roles else []


def facts_after(facts: Facts, state: str, changes: Mapping[str, Any], version: int, entered: bool) -> Facts:
    """The case as it is once the step is written."""
    return replace(
        facts,
        state=state,
        version=version,
        detail={**facts.detail, **changes},
        entered_version=version if entered else facts.entered_version,
        entered_at=facts.now if entered else facts.entered_at,
    )


def timers_for(workflow: Workflow, facts: Facts, calendar: Calendar) -> list[NewTimer]:
    """The timers of the state that was just entered, each rung counted from the entry."""
    return [
        NewTimer(deadline.rule, rung, calendar.due(facts.entered_at, facts.policies[step.after]))
        for deadline in workflow.deadlines_of(facts.state)
        for rung, step in enumerate(deadline.ladder)
    ]


def messages_for(
    workflow: Workflow, facts: Facts, tells: Iterable[Say], holders: Holders, actor_person: int | None
) -> list[NewMessage]:
    """One message per kind and recipient. A role that nobody holds is answered for by the administrator."""
    variables = dict(workflow.variables(facts))
    messages: dict[tuple[str, int | None, int | None], NewMessage] = {}
    for say in tells:
        valid_while = facts.entered_version if say.kind.while_in_state else None
        for person_id, participant_id in _recipients(say, facts, holders):
            if say.but_not_the_actor and person_id is not None and person_id == actor_person:
                continue
            message = NewMessage(say.kind.name, person_id, participant_id, variables, valid_while)
            messages.setdefault((say.kind.name, person_id, participant_id), message)
    return list(messages.values())


def _recipients(say: Say, facts: Facts, holders: Holders) -> Iterable[tuple[int | None, int | None]]:
    """Person, or participant without an account who left an address."""
    by_role = {person for role in say.to.roles for person in holders.get(role, ())}
    if say.to.roles and not by_role:
        by_role = set(holders.get(Role.ADMINISTRATOR, ()))
    yield from ((person, None) for person in sorted(by_role))
    for holder in facts.parts:
        if holder.part in say.to.parts:
            if holder.person_id is not None:
                yield holder.person_id, None
            elif holder.email:
                yield None, holder.id
