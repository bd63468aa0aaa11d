"""Walks over all open cases, some each round, and keeps what was promised and not kept in time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from storage import histories, misses
from storage.database import Connection, Database
from storage.facts import Facts, load_facts
from storage.histories import History
from storage.kinds import Severity
from storage.misses import Hearer, Miss, OpenMiss, Round
from workflows.definition import Workflow
from workflows.engine import Clocks
from workflows.escalations.promises import Reckoning, misses_of, needs_facts
from workflows.identity.roles import Role
from workflows.registry import Registry

CASES_A_ROUND = 400
CASES_AT_ONCE = 50
LOOKS_BACK = timedelta(days=3)
ONE_AT_A_TIME = 7_201_300_013

log = structlog.get_logger()


@dataclass(frozen=True)
class Patience:
    """How late is too late: for a reminder or step after its time, and for a message until a provider took it."""

    promise: timedelta = timedelta(minutes=2)
    message: Mapping[str, timedelta] = field(
        default_factory=lambda: {
            Severity.CRITICAL: timedelta(minutes=5),
            Severity.URGENT: timedelta(minutes=15),
            Severity.NOTICE: timedelta(hours=2),
            Severity.INFO: timedelta(hours=26),
        }
    )


@dataclass
class Walk:
    """How far a round has come."""

    after: int
    cases: int = 0
    promises: int = 0
    new: int = 0
    at_end: bool = False


class Auditor:
    """Any number of processes may run one; one of them works at a time, each going on where the last one stopped."""

    def __init__(
        self, db: Database, registry: Registry, clocks: Clocks, patience: Patience | None = None
    ) -> None:
        self._db = db
        self._registry = registry
        self._clocks = clocks
        self._patience = patience or Patience()

    async def run_round(self, progress: Callable[[], None] = lambda: None) -> int:
        """Look at the next cases, and at the messages of late; how many misses are new. Raises `DatabaseAway`.

        `progress` is called after each piece of the work.
        """
        async with self._db.transaction() as tx:
            if not await tx.fetchval("SELECT pg_try_advisory_xact_lock($1)", ONE_AT_A_TIME):
                return 0
            last = await misses.last_round(tx)
            walk = Walk(last.after_case if last else 0)
            while not walk.at_end and walk.cases < CASES_A_ROUND:
                await self._step(tx, walk)
                progress()
            await self._look_at_messages(tx, walk)
            now = self._clocks.real.now()
            await misses.forget_what_is_over(tx, now)
            goes_on_after = 0 if walk.at_end else walk.after
            passed = now if walk.at_end else None
            await misses.end_round(tx, Round(now, passed, goes_on_after, walk.cases, walk.promises))
        if walk.new:
            log.error("promises_missed", new=walk.new)
        return walk.new

    async def to_tell(self, limit: int) -> Sequence[OpenMiss]:
        """Misses that nobody was told of yet, by organisation. Raises `DatabaseAway`."""
        return await misses.to_tell(self._db, limit)

    async def hearers(self, path: str, channel: str) -> Sequence[Hearer]:
        """The administrators of the organisation of that path and of those above it, on that kind of channel."""
        now = self._clocks.business.now()
        return await misses.hearers(self._db, path, Role.ADMINISTRATOR, channel, now)

    async def told(self, missed: Sequence[OpenMiss]) -> None:
        """Somebody was told of these."""
        await misses.told(self._db, [miss.id for miss in missed], self._clocks.real.now())

    async def _step(self, tx: Connection, walk: Walk) -> None:
        """The next few cases."""
        cases = await histories.open_cases(tx, walk.after, CASES_AT_ONCE, self._clocks.business.now())
        found: list[Miss] = []
        for case in cases:
            count, missed = await self._look_at(tx, case)
            walk.promises += count
            found += missed
        seen = [case.case_id for case in cases]
        walk.new += await misses.keep(tx, seen, found, self._clocks.real.now())
        walk.cases += len(cases)
        walk.at_end = len(cases) < CASES_AT_ONCE
        walk.after = seen[-1] if seen else walk.after

    async def _look_at(self, tx: Connection, case: History) -> tuple[int, Sequence[Miss]]:
        """How many promises of a case had come due, and which were not kept. One that cannot be reckoned is told."""
        now = self._clocks.business.now()
        try:
            workflow = self._registry.named(case.workflow)
            facts = await self._facts(tx, workflow, case)
            promises = Reckoning(workflow, case, facts, self._clocks.calendar, now).promises()
        except (ArithmeticError, LookupError, TypeError, ValueError):
            log.exception("promises_not_reckoned", case=case.number)
            return 0, []
        missed = misses_of(promises, now, self._patience.promise)
        return len(promises), [
            Miss(case.case_id, what, promise.rule, promise.rung, promise.due_at) for what, promise in missed
        ]

    async def _facts(self, tx: Connection, workflow: Workflow, case: History) -> Facts | None:
        """Where more than policies counts; what fired is taken from the history all the same."""
        if not needs_facts(workflow, case.state):
            return None
        defaults = {name: policy.value for name, policy in workflow.policies.items()}
        return await load_facts(
            tx, case.case_id, workflow.detail_table, defaults, self._clocks.business.now()
        )

    async def _look_at_messages(self, tx: Connection, walk: Walk) -> None:
        now = self._clocks.real.now()
        found = await misses.untold(tx, now, now - LOOKS_BACK, self._patience.message)
        walk.new += await misses.keep(tx, [], found, now)
