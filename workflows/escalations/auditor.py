"""Walks over the cases, some each round, and keeps what was promised and not kept in time.

A pass sees every open case and every one that left a state within the day before the last pass, so that what was missed
while no auditor ran is found as well.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from storage import calendar_days, histories, misses, spans
from storage.calendar_days import MovedDay
from storage.database import Connection, Database
from storage.facts import Facts, load_facts
from storage.histories import History
from storage.kinds import Severity
from storage.misses import Hearer, Miss, OpenMiss, Round, What
from storage.policy_history import PolicyHistory, policy_history
from storage.spans import EVER, Span
from workflows.calendar import Calendar, PolicyInvalid
from workflows.definition import Workflow
from workflows.engine import Clocks
from workflows.escalations.promises import Known, Promise, Reckoning, misses_of, needs_facts, policies_at
from workflows.escalations.replay import replayed
from workflows.escalations.stays import Stay, stays_of
from workflows.identity.roles import Role
from workflows.registry import Registry

CASES_A_ROUND = 400
CASES_AT_ONCE = 50
LOOKS_BACK = timedelta(days=1)
MESSAGES_LOOK_BACK = timedelta(days=3)
PAUSE = timedelta(minutes=5)
"""Between two alarms: while promises go on being missed, nobody gets a mail for each."""
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


@dataclass(frozen=True)
class MovedDays:
    """Changes of the calendar, the newest first. None until then is missing (real time)."""

    until: datetime
    days: Sequence[MovedDay]


@dataclass
class Walk:
    """How far a round has come, and what it judges by. `since` (real time): of the past only what is younger counts."""

    after: int
    since: datetime
    policies: PolicyHistory
    moved_days: Sequence[MovedDay]
    cases: int = 0
    promises: int = 0
    new: int = 0
    at_end: bool = False


class Auditor:
    """Any number of processes may have one; who is `alone` goes on where the last one stopped."""

    def __init__(
        self, db: Database, registry: Registry, clocks: Clocks, patience: Patience | None = None
    ) -> None:
        self._db = db
        self._registry = registry
        self._clocks = clocks
        self._patience = patience or Patience()
        self._moved_days: MovedDays | None = None

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Is nobody else auditing? Then nobody will for the length of the `with`. Raises `DatabaseAway`."""
        async with self._db.transaction() as tx:
            yield await tx.fetchval("SELECT pg_try_advisory_xact_lock($1)", ONE_AT_A_TIME)

    async def run_round(self, progress: Callable[[], None] = lambda: None) -> int:
        """Look at the next cases, and at the messages of late; how many misses are new. Raises `DatabaseAway`.

        `progress` is called after each piece of the work.
        """
        async with self._db.transaction() as tx:
            walk = await self._begin(tx)
            while not walk.at_end and walk.cases < CASES_A_ROUND:
                await self._step(tx, walk)
                progress()
            now = self._clocks.real.now()
            await self._look_at_messages(tx, walk, now)
            await misses.forget_what_is_past(tx, now)
            goes_on_after = 0 if walk.at_end else walk.after
            passed = now if walk.at_end else None
            await misses.end_round(tx, Round(now, passed, goes_on_after, walk.cases, walk.promises))
        if walk.new:
            log.error("promises_missed", new=walk.new)
        return walk.new

    async def to_tell(self, limit: int) -> Sequence[OpenMiss]:
        """Misses that nobody was told of yet, by organisation; none just after an alarm. Raises `DatabaseAway`."""
        return await misses.to_tell(self._db, limit, self._clocks.real.now() - PAUSE)

    async def hearers(self, path: str) -> Sequence[Hearer]:
        """The administrators of the organisation of that path and of those above it whom something reaches."""
        clocks = self._clocks
        return await misses.hearers(
            self._db, path, Role.ADMINISTRATOR, clocks.business.now(), clocks.real.now()
        )

    async def told(self, ids: Sequence[int]) -> None:
        """Somebody was told of these."""
        await misses.told(self._db, ids, self._clocks.real.now())

    async def _begin(self, tx: Connection) -> Walk:
        last, now = await misses.last_round(tx), self._clocks.real.now()
        passed = last.passed_at if last and last.passed_at else now
        names = {name for workflow in self._registry for name in workflow.policies}
        return Walk(
            after=last.after_case if last else 0,
            since=min(passed, now) - LOOKS_BACK,
            policies=await policy_history(tx, sorted(names)),
            moved_days=await self._all_moved_days(tx, now),
        )

    async def _all_moved_days(self, tx: Connection, now: datetime) -> Sequence[MovedDay]:
        """Looked up once in the whole audit, and then what was added to it."""
        known = self._moved_days or MovedDays(EVER, ())
        added = await calendar_days.moved_days(tx, known.until)
        days = (*added, *(moved for moved in known.days if moved.at <= known.until))
        self._moved_days = MovedDays(spans.after(now), days)
        return days

    async def _step(self, tx: Connection, walk: Walk) -> None:
        """The next few cases."""
        cases = await histories.to_audit(tx, walk.after, CASES_AT_ONCE, walk.since)
        found: list[Miss] = []
        for case in cases:
            found += await self._look_at(tx, walk, case)
        seen = [case.case_id for case in cases]
        walk.new += await misses.keep(tx, seen, found, self._clocks.real.now())
        walk.cases += len(cases)
        walk.at_end = len(cases) < CASES_AT_ONCE
        walk.after = seen[-1] if seen else walk.after

    async def _look_at(self, tx: Connection, walk: Walk, case: History) -> Sequence[Miss]:
        """What was not kept in a case. One that cannot be reckoned is a miss by itself."""
        stays = list(stays_of(case, walk.since))
        try:
            promises = await self._promises(tx, walk, case, stays)
        except (ArithmeticError, LookupError, TypeError, ValueError, PolicyInvalid) as error:
            log.warning("promises_not_reckoned", case=case.number, why=repr(error))
            return [Miss(case.case_id, What.UNCLEAR, "", 0, stays[-1].entered.at)] if stays else []
        walk.promises += len(promises)
        return [
            Miss(case.case_id, what, promise.rule, promise.rung, promise.due_at)
            for what, promise in misses_of(promises, self._patience.promise, walk.since)
        ]

    async def _promises(
        self, tx: Connection, walk: Walk, case: History, stays: Sequence[Stay]
    ) -> Sequence[Promise]:
        workflow, now = self._registry.named(case.workflow), self._clocks.business.now()
        facts = None
        if any(needs_facts(workflow, stay.state) for stay in stays):
            facts = await self._facts(tx, workflow, case, now)
        calendar, grace = self._clocks.calendar, self._patience.promise
        known = Known(workflow, case, walk.policies, facts, None, [calendar], grace, now)
        if facts:
            details = replayed(workflow, facts, case.steps, lambda moment: policies_at(known, moment))
            known = replace(known, details=details)
        return [
            promise
            for stay in stays
            for promise in Reckoning(
                replace(known, calendars=list(_calendars(calendar, walk.moved_days, stay))), stay
            ).promises()
        ]

    async def _facts(self, tx: Connection, workflow: Workflow, case: History, now: datetime) -> Facts | None:
        """Where more than policies counts; what fired is taken from the history all the same."""
        defaults = {name: policy.value for name, policy in workflow.policies.items()}
        span = Span.of_case(case.began_at, None, closed=False)
        return await load_facts(tx, case.case_id, workflow.detail_table, defaults, now, span)

    async def _look_at_messages(self, tx: Connection, walk: Walk, now: datetime) -> None:
        since = min(walk.since, now - MESSAGES_LOOK_BACK)
        found = await misses.untold(tx, now, since, self._patience.message)
        walk.new += await misses.keep_untold(tx, found, now)


def _calendars(today: Calendar, moved_days: Sequence[MovedDay], stay: Stay) -> Iterator[Calendar]:
    """The calendar of today and, where days were moved since, as it was when the state was entered."""
    yield today
    since = {moved.day: moved.before for moved in moved_days if moved.at > stay.entered.recorded_at}
    if since:
        yield today.but_for(since)
