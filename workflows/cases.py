"""What front doors ask about cases: the to-do list, one case with exactly the viewer's actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from storage.access import cases
from storage.access.cases import CaseLine, CasePage, DetailTable, Duty
from storage.clock import Clock
from storage.database import Database
from storage.directory import Viewer
from storage.kinds import UnknownKind, shown
from storage.texts import Gettext
from workflows.definition import Move, Workflow
from workflows.registry import Registry
from workflows.rules import Offer, offers_to
from workflows.waiting import Waiting, waiting


@dataclass(frozen=True)
class CaseView:
    """A case as one viewer sees it."""

    workflow: Workflow
    page: CasePage
    offers: Sequence[Offer]
    waiting: Waiting | None = None

    def offer(self, action: str) -> Offer | None:
        """The offer of that action, if the viewer has it."""
        return next((offer for offer in self.offers if offer.action == action), None)


class _Told(dict[str, str]):
    """Values of a message; a name that it was not given, as by an older version, is left open."""

    def __missing__(self, _: str) -> str:
        return "…"


class Cases:
    """Reads cases for front doors, always as a viewer."""

    def __init__(self, db: Database, registry: Registry, business: Clock) -> None:
        self._db = db
        self.registry = registry
        self._vocabulary = registry.vocabulary()
        self._business = business
        self._details = {w.name: DetailTable(w.detail_table, _defaults(w)) for w in registry}
        self._duties = [
            duty for workflow in registry for move in workflow.moves for duty in _duties(workflow, move)
        ]

    def workflow(self, name: str) -> Workflow:
        """The workflow that a case's row names, for the labels of its states and actions."""
        return self.registry.named(name)

    def told(self, kind: str, variables: Mapping[str, Any], gettext: Gettext) -> str:
        """What a message was about: its title as the recipient read it."""
        try:
            source = self._vocabulary.kind(kind).title
        except UnknownKind:  # told by a version that knew more kinds
            return kind
        return gettext(source).format_map(_Told(shown(variables, gettext)))

    async def todo(self, viewer: Viewer) -> Sequence[CaseLine]:
        """Where this person has something to do, the most urgent first."""
        return self.with_limits(await cases.todo(self._db, viewer, self._duties))

    async def visible(
        self, viewer: Viewer, *, device_id: int | None = None, open_only: bool = True
    ) -> Sequence[CaseLine]:
        """Cases in the viewer's scope, newest first."""
        found = await cases.visible(self._db, viewer, device_id=device_id, open_only=open_only)
        return self.with_limits(found)

    async def view(self, viewer: Viewer, number: str) -> CaseView:
        """One case; raises `NotVisible`."""
        page = await cases.page(self._db, viewer, number, self._details, self._business.now())
        workflow = self.registry.named(page.facts.workflow)
        page = page if workflow.timers_are_limits else replace(page, due_at=None)
        return CaseView(
            workflow, page, offers_to(workflow, page.facts, viewer), waiting(workflow, page.facts)
        )

    def with_limits(self, lines: Sequence[CaseLine]) -> Sequence[CaseLine]:
        """The lines without due times that are but reminders."""
        limits = {workflow.name for workflow in self.registry if workflow.timers_are_limits}
        return [line if line.workflow in limits else replace(line, due_at=None) for line in lines]


def _defaults(workflow: Workflow) -> dict[str, dict[str, object]]:
    return {name: dict(policy.value) for name, policy in workflow.policies.items()}


def _duties(workflow: Workflow, move: Move) -> list[Duty]:
    if move.duty_of is None or move.source is None:
        return []
    bars = (sorted(move.not_who_did), move.not_the_reporter)
    tiers = dict(move.duty_of.tiers)
    by_role = [
        Duty(workflow.name, move.source, role, None, *bars, tiers[role].kinds if role in tiers else None)
        for role in sorted(move.duty_of.roles)
    ]
    by_part = [Duty(workflow.name, move.source, None, part, *bars) for part in sorted(move.duty_of.parts)]
    return by_role + by_part
