"""What can be read off a workflow's table, for the test over all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from string import Formatter

from storage.facts import Facts
from storage.kinds import MessageKind
from workflows.definition import Appoint, Move, Say, Who, Workflow

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Telling:
    """A kind told to somebody, in the state that it speaks of."""

    state: str
    say: Say


def reachable(workflow: Workflow, start: str | None) -> set[str]:
    """The states that can follow, over any number of moves."""
    found: set[str] = set()
    frontier: list[str | None] = [start]
    while frontier:
        targets = {m.target for m in workflow.moves_from(frontier.pop()) if m.target} - found
        found |= targets
        frontier += targets
    return found


def tellings(workflow: Workflow) -> Iterator[Telling]:
    for move in workflow.moves:
        yield from (Telling(str(move.target or move.source), say) for say in move.tells)
    for deadline in workflow.deadlines:
        says = (say for rung in deadline.ladder for say in rung.tells)
        yield from (
            Telling(deadline.state, say) for say in says if say.states is None or deadline.state in say.states
        )


def groups(workflow: Workflow) -> list[list[Move]]:
    """Moves of the same action from the same state, which the engine tries in their order."""
    found: dict[tuple[str, str | None], list[Move]] = {}
    for move in workflow.moves:
        found.setdefault((move.action, move.source), []).append(move)
    return list(found.values())


def appointments(workflow: Workflow) -> list[Appoint]:
    return [move.appoints for move in workflow.moves if move.appoints]


def may(workflow: Workflow, told: Who, by: Who) -> bool:
    """May somebody of those told act? A part counts for the role that it was appointed from."""
    roles = told.roles | {a.role for a in appointments(workflow) if a.role and a.part in told.parts}
    return by.anybody or bool(roles & by.roles) or bool(told.parts & by.parts)


def roles_of(workflow: Workflow) -> set[str]:
    named = [who for move in workflow.moves for who in (move.by, move.duty_of) if who]
    named += [telling.say.to for telling in tellings(workflow)]
    return {role for who in named for role in who.roles} | {a.role for a in appointments(workflow) if a.role}


def texts_of(kind: MessageKind) -> Iterator[str]:
    yield from (kind.title, kind.summary, kind.short, kind.page)
    for label, value in kind.fields:
        yield from (label, value)


def places_in(texts: Iterable[str]) -> set[str]:
    """The named places of texts."""
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}


def bare_facts(workflow: Workflow) -> Facts:
    """As little as is ever known of a case: just opened, without device, parts or detail."""
    return Facts(
        case_id=1,
        number=f"{workflow.prefix}2026-000001",
        workflow=workflow.name,
        state=next(iter(workflow.states)),
        version=1,
        entered_version=1,
        entered_at=NOON,
        opened_at=NOON,
        closed_at=None,
        title="A title",
        organisation_id=1,
        organisation_name="Radiology",
        path="1.",
        device={},
        detail={},
        parts=(),
        steps=(),
        now=NOON,
        policies={name: policy.value for name, policy in workflow.policies.items()},
    )
