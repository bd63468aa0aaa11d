"""What a front door asks the engine for, and the step that comes of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.case_writer import NewAttachment, StepRow
from storage.directory import Viewer
from storage.facts import Facts
from storage.sealing import RecordSealer, record_context
from workflows.actor import Actor, Reporter
from workflows.definition import Form, Move, Workflow
from workflows.rules import on_behalf_of

FOR_PERSON = "for_person"
"""In a step's data: the name of the absent person for whom a deputy took it."""


@dataclass(frozen=True)
class Token:
    """An idempotency key, and what it was first used for."""

    key: str
    fingerprint: str


@dataclass(frozen=True)
class Asked:
    """What a front door asks for."""

    action: str
    actor: Actor
    data: Mapping[str, Any] = field(repr=False)
    token: Token
    attachments: Sequence[NewAttachment]
    joining: Reporter | None = None


@dataclass(frozen=True)
class Taking:
    """A move that was chosen, with all that it needs."""

    workflow: Workflow
    facts: Facts
    viewer: Viewer
    move: Move
    form: Form = field(repr=False)
    asked: Asked


def step_row(step: Taking, target: str) -> StepRow:
    """The line of history; `target` is the state after the step. What a deputy did says for whom."""
    behalf = on_behalf_of(step.move.by, step.facts, step.viewer)
    filled_in = step.form.model_dump(mode="json", exclude_none=True, exclude=set(step.form.sealed))
    return StepRow(
        action=step.move.action,
        source=step.move.source,
        target=target,
        person_id=step.viewer.person_id,
        participant_id=step.viewer.participant_id,
        actor_name=step.viewer.name,
        door=step.asked.actor.door,
        data={**filled_in, **({FOR_PERSON: behalf} if behalf else {}), **_records(step)},
        client=step.asked.actor.client,
    )


def _records(step: Taking) -> Mapping[str, Any]:
    return step.move.records(step.facts, step.form) if step.move.records else {}


def sealed_fields(step: Taking, sealer: RecordSealer | None) -> dict[str, Any]:
    """The column `sealed` of the workflow's own row, when the form brings fields that are kept sealed.

    Nothing else ever holds them: not history, messages, answers or logs.
    """
    filled = step.form.model_dump(mode="json", exclude_none=True, include=set(step.form.sealed))
    values = {name: str(value) for name, value in filled.items() if value != ""}
    if not values:
        return {}
    if sealer is None:
        raise RuntimeError(f"{step.workflow.name}: there are sealed fields, and nothing to seal them with")
    context = record_context(step.workflow.name, step.facts.case_id)
    return {"sealed": sealer.seal_fields(values, context, step.facts.detail.get("sealed") or {})}


def fingerprint(actor: Actor, subject: str, action: str) -> str:
    """What one idempotency key may be used for: actor, case (or workflow) and action, as SHA-256 in hex."""
    parts = (str(actor.person_id), str(actor.participant_id), subject, action)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
