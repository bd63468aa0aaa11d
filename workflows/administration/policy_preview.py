"""What a new version of a policy would change: who inherits it, and which running deadlines it would move."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage import policy_timers
from storage.access import policies as access
from storage.access.policies import OpenCase, Unit
from storage.database import Connection, Database
from storage.directory import Viewer
from storage.facts import load_facts
from storage.spans import Span
from workflows.administration.policy_catalogue import PolicyKind
from workflows.definition import Workflow
from workflows.engine import Clocks
from workflows.identity.roles import Role
from workflows.registry import all_workflows
from workflows.retiming import MovedTimer, WaitingTimer, moved, with_policy

MOST_CASES = 300


@dataclass(frozen=True)
class Shift:
    """Deadlines of one state that would move the same way. `least` and `most` are how far; both positive."""

    state: str
    later: bool
    count: int
    least: timedelta
    most: timedelta
    due_at_once: int


@dataclass(frozen=True)
class Preview:
    """What would change. `cases` are open and ruled by it, of which the first `looked_at` were reckoned."""

    inheriting: Sequence[Unit]
    own: Sequence[Unit]
    cases: int
    looked_at: int
    deadlines: int
    shifts: Sequence[Shift]


@dataclass(frozen=True)
class Plan:
    """A value that is thought of, for an organisation."""

    organisation_id: int
    kind: PolicyKind
    value: Mapping[str, Any]


async def preview(db: Database, clocks: Clocks, viewer: Viewer, plan: Plan) -> Preview:
    """Reckon as if the value held from now on. Changes nothing; raises `NotVisible`, `DatabaseAway`."""
    now, name = clocks.business.now(), plan.kind.name
    units = await access.below(db, viewer, Role.ADMINISTRATOR, plan.organisation_id, name, now)
    own = [unit for unit in units if unit.own]
    inheriting = [u for u in units if not any(u.path.startswith(o.path) for o in own)]
    if plan.kind.workflow is None:
        return Preview(inheriting, own, 0, 0, 0, ())
    found = await access.open_cases(
        db, viewer, Role.ADMINISTRATOR, plan.organisation_id, plan.kind.workflow, [unit.path for unit in own]
    )
    looked_at = found[:MOST_CASES]
    workflow = all_workflows().named(plan.kind.workflow)
    async with db.connection() as connection:
        reckoned = [await _reckoned(connection, clocks, workflow, case, plan) for case in looked_at]
    waiting = sum(count for count, _ in reckoned)
    moves = [(state, move) for _, found_moves in reckoned for state, move in found_moves]
    return Preview(inheriting, own, len(found), len(looked_at), waiting, _shifts(moves, now))


async def _reckoned(
    connection: Connection, clocks: Clocks, workflow: Workflow, case: OpenCase, plan: Plan
) -> tuple[int, list[tuple[str, MovedTimer]]]:
    """How many timers of the case wait, and which of them would move."""
    defaults = {name: policy.value for name, policy in workflow.policies.items()}
    span = Span.of_case(case.began_at, None, closed=False)
    now = clocks.business.now()
    facts = await load_facts(connection, case.id, workflow.detail_table, defaults, now, span)
    if facts is None:
        return 0, []
    waiting = [WaitingTimer(*row) for row in await policy_timers.waiting(connection, case.id)]
    planned = with_policy(facts, plan.kind.name, plan.value)
    found = moved(workflow, planned, waiting, clocks.calendar)
    return len(waiting), [(facts.state, move) for move in found]


def _shifts(moves: Iterable[tuple[str, MovedTimer]], now: datetime) -> list[Shift]:
    groups: dict[tuple[str, bool], list[MovedTimer]] = {}
    for state, move in moves:
        groups.setdefault((state, move.due_at > move.timer.due_at), []).append(move)
    return [_shift(state, later, group, now) for (state, later), group in groups.items()]


def _shift(state: str, later: bool, group: Sequence[MovedTimer], now: datetime) -> Shift:
    far = [abs(move.due_at - move.timer.due_at) for move in group]
    at_once = sum(move.due_at <= now < move.timer.due_at for move in group)
    return Shift(state, later, len(group), min(far), max(far), at_once)
