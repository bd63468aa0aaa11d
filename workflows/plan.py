"""What a move or a rung leads to: the facts after it, timers to arm, people to tell. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from storage.case_writer import NewAttachment, NewMessage, NewTimer
from storage.facts import Facts
from storage.kinds import PHOTOS
from workflows.calendar import Calendar
from workflows.definition import Rung, Say, Workflow
from workflows.due import due_of, variables_of
from workflows.identity.roles import Role
from workflows.readers import Reader, kind_for
from workflows.rules import kept_apart

Holders = Mapping[str, Sequence[int]]
NOBODY_BARRED: frozenset[int] = frozenset()


def roles_told(tells: Iterable[Say], facts: Facts) -> list[str]:
    """The roles whose holders must be looked up, and the one that is told when a role has nobody."""
    roles = {role for say in tells for role in _roles(say, facts) | say.or_else.roles}
    return sorted(roles | {Role.ADMINISTRATOR}) if roles else []


def _roles(say: Say, facts: Facts) -> frozenset[str]:
    """The roles of a `Say`, and those that its policy names."""
    return say.to.roles | frozenset(facts.policies[say.audience]["roles"] if say.audience else ())


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
    """The timers of the state that was just entered, without those that fired before at the same instant."""
    promised = (
        (deadline.rule, number, due_of(rung, facts, calendar))
        for deadline in workflow.deadlines_of(facts.state)
        for number, rung in enumerate(deadline.ladder)
    )
    return [
        NewTimer(rule, number, due)
        for rule, number, due in promised
        if due and (rule, number, due) not in facts.fired
    ]


def next_time(rung: Rung, facts: Facts, fired_due: datetime, calendar: Calendar) -> datetime | None:
    """When a rung that fires now, and was due at `fired_due`, comes back."""
    return calendar.turn_after(fired_due, facts.policies[rung.again], facts.now) if rung.again else None


def messages_for(
    workflow: Workflow,
    facts: Facts,
    tells: Iterable[Say],
    holders: Holders,
    actor_person: int | None,
    calendar: Calendar,
    attachments: Sequence[NewAttachment] = (),
) -> list[NewMessage]:
    """One message per kind, recipient and channel. Of what the step attaches, kinds with photos name the contents."""
    variables = dict(variables_of(workflow, facts, calendar))
    with_photos = {**variables, PHOTOS: [file.sha256 for file in attachments]} if attachments else variables
    messages: dict[tuple[object, ...], NewMessage] = {}
    for say in (say for say in tells if say.when is None or say.when(facts)):
        valid_while = facts.entered_version if say.kind.while_in_state else None
        channels = facts.policies[say.audience]["channels"] if say.audience else [None]
        leave_out = actor_person if say.but_not_the_actor else None
        barred = _barred(workflow, facts, say)
        for person_id, participant_id in _recipients(say, facts, holders, leave_out, barred):
            for channel in channels:
                kind, own = kind_for(workflow, facts, say, holders, Reader(person_id, participant_id))
                recipient = (kind.name, person_id, participant_id, channel)
                told = {**(with_photos if kind.photos else variables), **own}
                message = NewMessage(*recipient, told, valid_while, kind.severity)
                messages.setdefault(recipient, message)
    return list(messages.values())


def _barred(workflow: Workflow, facts: Facts, say: Say) -> frozenset[int]:
    """Who may take none of the actions that the message asks for, as others have to decide on what they did.

    Whom a policy names is told in any case.
    """
    asked = [move for move in workflow.moves_from(facts.state) if move.action in say.kind.buttons]
    if not asked or say.audience:
        return NOBODY_BARRED
    return frozenset.intersection(*(kept_apart(move, facts) for move in asked))


def _recipients(
    say: Say, facts: Facts, holders: Holders, leave_out: int | None, barred: frozenset[int]
) -> Iterable[tuple[int | None, int | None]]:
    """Person, or participant without an account who left an address."""
    roles = _roles(say, facts)
    yield from ((person, None) for person in sorted(_holding(roles, say, holders, leave_out, barred)))
    for holder in facts.parts:
        if holder.part in say.to.parts:
            told = holder.deputy_id or holder.person_id
            if told is not None and leave_out not in (told, holder.person_id):
                yield told, None
            elif holder.person_id is None and holder.email:
                yield None, holder.id
    for step in filter(None, (facts.last(action) for action in sorted(say.to.doers))):
        if step.person_id is not None and step.person_id != leave_out:
            yield step.person_id, None


def _holding(
    roles: frozenset[str], say: Say, holders: Holders, leave_out: int | None, barred: frozenset[int]
) -> set[int]:
    """Who holds the roles and may act; where nobody else does, who stands in for them.

    Where nobody may act, whoever holds the roles is told all the same; in the end the administrator.
    """
    for asked, left_out in (
        (roles, barred),
        (say.or_else.roles, barred),
        (roles, NOBODY_BARRED),
        (frozenset({Role.ADMINISTRATOR}), NOBODY_BARRED),
    ):
        held = {person for role in asked for person in holders.get(role, ())}
        found = held - left_out - {leave_out}
        if found or not roles:
            return found
    return set()
