"""What a move or a rung leads to: the facts after it, timers to arm, people to tell. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from storage.case_writer import NewAttachment, NewMessage, NewTimer
from storage.facts import Facts
from storage.kinds import PHOTOS
from storage.reach import Holders
from workflows.audiences import audience_of
from workflows.calendar import Calendar
from workflows.definition import Move, Rung, Say, Workflow
from workflows.due import due_of, variables_of
from workflows.readers import Reader, kind_for
from workflows.recipients import Asking, recipients


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
        NewTimer(rule, number, due, facts.entered_version)
        for rule, number, due in promised
        if due and (rule, number, due) not in facts.fired
    ]


def timers_armed(workflow: Workflow, facts: Facts, move: Move, calendar: Calendar) -> list[NewTimer]:
    """Those of the move's state if it was entered, else those of the rule that the move arms."""
    promised = timers_for(workflow, facts, calendar) if move.target or move.arms else []
    return [timer for timer in promised if move.target or timer.rule == move.arms]


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
    """One message per kind and recipient. Of what the step attaches, kinds with photos name the contents."""
    variables = dict(variables_of(workflow, facts, calendar))
    with_photos = {**variables, PHOTOS: [file.sha256 for file in attachments]} if attachments else variables
    messages: dict[tuple[object, ...], NewMessage] = {}
    for say in (say for say in tells if _is_told(say, facts)):
        valid_while = facts.entered_version if say.kind.while_in_state else None
        spread = _spread(say, facts, variables)
        before = {message.person_id for message in messages.values()} if say.optional else set()
        for to in recipients(Asking(workflow, say, facts, holders, actor_person)):
            if to.person_id in before:
                continue
            kind, own = kind_for(workflow, facts, say, holders, Reader(to.person_id, to.participant_id))
            recipient = (kind.name, to.person_id, to.participant_id)
            told = {**(with_photos if kind.photos else variables), **spread, **own}
            told |= {"stand_in_for": to.instead_of} if to.instead_of else {}
            severity = say.severity or kind.severity
            message = NewMessage(*recipient, told, valid_while, severity, say.gathers, not say.optional)
            messages.setdefault(recipient, message)
    return list(messages.values())


def _is_told(say: Say, facts: Facts) -> bool:
    in_state = say.states is None or facts.state in say.states
    return in_state and (say.when is None or say.when(facts))


def _spread(say: Say, facts: Facts, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """By how many channels its people are told; a reminder that says the same again takes one."""
    if say.audience is None or (say.gathers and not variables.get("changed")):
        return {}
    return audience_of(facts.policies[say.audience]).spread.variables
