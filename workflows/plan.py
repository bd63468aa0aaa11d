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
from workflows.definition import Rung, Say, Workflow
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
    """One message per kind and recipient. Of what the step attaches, kinds with photos name the contents."""
    variables = dict(variables_of(workflow, facts, calendar))
    with_photos = {**variables, PHOTOS: [file.sha256 for file in attachments]} if attachments else variables
    messages: dict[tuple[object, ...], NewMessage] = {}
    for say in (say for say in tells if say.when is None or say.when(facts)):
        valid_while = facts.entered_version if say.kind.while_in_state else None
        spread = audience_of(facts.policies[say.audience]).spread.variables if say.audience else {}
        for to in recipients(Asking(workflow, say, facts, holders, actor_person)):
            kind, own = kind_for(workflow, facts, say, holders, Reader(to.person_id, to.participant_id))
            recipient = (kind.name, to.person_id, to.participant_id)
            told = {**(with_photos if kind.photos else variables), **spread, **own}
            told |= {"stand_in_for": to.instead_of} if to.instead_of else {}
            messages.setdefault(recipient, NewMessage(*recipient, told, valid_while, kind.severity))
    return list(messages.values())
