"""What the engine looks up before and after it acts: who acts, the first answer to a key, who was faster."""

from dataclasses import dataclass, replace

from storage import case_writer
from storage.database import Connection
from storage.directory import Viewer
from storage.facts import Facts
from workflows.asked import Asked, Token
from workflows.definition import Workflow
from workflows.errors import ActorUnknown, CaseNotFound, KeyReused, Stale


@dataclass(frozen=True)
class Outcome:
    """What an action led to. `repeated`: the key was known, this is the first answer again.

    `participant_id` is set when somebody without an account acted.
    """

    case_id: int
    number: str
    state: str
    version: int
    participant_id: int | None = None
    repeated: bool = False


def acting_viewer(asked: Asked, person: Viewer | None, facts: Facts) -> Viewer:
    """Who acts: the system, somebody by their link, somebody who joins, or the person with their grants."""
    actor = asked.actor
    if asked.joining is not None:
        return Viewer(asked.joining.name)
    if actor.is_system:
        return Viewer("")
    if actor.participant_id is None:
        if person is None:
            raise ActorUnknown
        return person
    part = next((p for p in facts.parts if p.id == actor.participant_id), None)
    if part is None:
        raise CaseNotFound
    return Viewer(part.name, participant_id=part.id, case_id=facts.case_id)


async def first_answer(connection: Connection, token: Token) -> Outcome | None:
    """The answer that this key was given before; raises `KeyReused` when that was for something else."""
    known = await case_writer.known_answer(connection, token.key)
    if known is None:
        return None
    if known[0] != token.fingerprint:
        raise KeyReused
    return replace(Outcome(**known[1]), repeated=True)


def stale(workflow: Workflow, facts: Facts) -> Stale:
    """Who changed what since the actor looked."""
    last = next((s for s in reversed(facts.steps) if s.version == facts.entered_version), None)
    return Stale(
        name=last.name if last else "",
        action_text=workflow.actions[last.action].done if last else "",
        state_text=workflow.states[facts.state],
    )
