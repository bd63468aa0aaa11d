"""Fires timers: each once, in the order of their due times, not for a state that was left, also after an outage.

Before it does, waiting timers follow the policies that have come to hold.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from storage import business_time, case_writer, timers
from storage.case_writer import StepRow, Written
from storage.clock import BusinessClock
from storage.database import AWAY_ERRORS, Connection, Database, DatabaseAway
from storage.facts import Facts, load_facts
from storage.failpoints import FailPoints
from storage.spans import Span
from storage.timers import DueTimer
from workflows.actor import SYSTEM_ACTOR, Door
from workflows.definition import Deadline, Rung, Workflow
from workflows.engine import Clocks, Engine
from workflows.mornings import Mornings
from workflows.plan import facts_after, messages_for, next_time
from workflows.policy_changes import PolicyChanges
from workflows.recipients import holders_for, reached
from workflows.registry import Registry
from workflows.step_messages import step_told
from workflows.upgrading import arm_new_deadlines

RETRY_FIRST = timedelta(seconds=30)
RETRY_MOST = timedelta(hours=1)
TOGETHER = 16
GOES_FIRST_S = 60.0
"""Longer no message waits for a morning's timers."""

log = structlog.get_logger()


class Deadlines:
    """Climbs the ladders. Any number of processes may run one; rows are locked."""

    def __init__(
        self, db: Database, registry: Registry, clocks: Clocks, business: BusinessClock, fail: FailPoints
    ) -> None:
        self._db = db
        self._registry = registry
        self._clocks = clocks
        self._business = business
        self._fail = fail
        self._policies = PolicyChanges(db, registry, clocks, business)
        self._catches_up_since: float | None = None
        self._upgraded = False
        self._mornings = Mornings(db, registry, clocks)

    @property
    def catches_up(self) -> bool:
        """Are more timers due than fire at once, since a short while? Then what can wait leaves them the database."""
        since = self._catches_up_since
        return since is not None and asyncio.get_running_loop().time() - since < GOES_FIRST_S

    async def run_due(self, progress: Callable[[], None] = lambda: None) -> int:
        """Fire everything that is due, then step a moved clock until its target; the number of timers fired.

        `progress` is called after each of them.
        """
        fired = 0
        if not self._upgraded:
            await business_time.current(self._db, self._business)
            await arm_new_deadlines(self._db, self._registry, self._clocks)
            self._upgraded = True
        while True:
            await business_time.current(self._db, self._business)
            await self._policies.run_due()
            self._catches_up_since = None
            while some := await self._fire_some(progress):
                fired += some
                self._note_whether_more_are_due(some)
            await self._mornings.run_due()
            async with self._db.transaction() as tx:
                if not await business_time.step(tx, self._clocks.real, self._business):
                    return fired

    async def _fire_some(self, progress: Callable[[], None]) -> int:
        """Fire the most overdue timers together, so that a morning's thousand are not as many commits and wake-ups."""
        fired = 0
        async with self._db.transaction() as tx:
            while fired < TOGETHER:
                timer = await timers.lock_due(tx, self._business.now(), self._clocks.real.now())
                if timer is None:
                    break
                await self._fire_or_postpone(tx, timer)
                fired += 1
                progress()
        return fired

    def _note_whether_more_are_due(self, fired: int) -> None:
        if fired < TOGETHER:
            self._catches_up_since = None
        elif self._catches_up_since is None:
            self._catches_up_since = asyncio.get_running_loop().time()

    async def _fire_or_postpone(self, tx: Connection, timer: DueTimer) -> None:
        """A timer that fails leaves nothing behind, is put off and does not hold up the others."""
        try:
            async with tx.transaction():
                await self._fire(tx, timer)
                self._fail.hit("timer.before_commit")
        except (DatabaseAway, *AWAY_ERRORS):
            raise
        except Exception:
            log.exception("timer_failed", timer=timer.id, case=timer.case_id, rule=timer.rule)
            await self._postpone(tx, timer)

    async def _fire(self, tx: Connection, timer: DueTimer) -> None:
        now = self._business.now()
        workflow = self._registry.named(timer.workflow)
        deadline = _deadline(workflow, timer)
        defaults = {name: policy.value for name, policy in workflow.policies.items()}
        span = Span.of_case(timer.began_at, None, closed=False)
        facts = await load_facts(tx, timer.case_id, workflow.detail_table, defaults, now, span)
        if facts is None or deadline is None or facts.entered_version != timer.entered_version:
            await timers.finish(tx, timer.id, "moot", now)
            return
        rung = deadline.ladder[timer.rung]
        overtaken = deadline.only_latest and timer.overtaken
        silent = bool(rung.quiet and rung.quiet(facts))
        if not overtaken and not silent:
            await (self._take if rung.takes else self._climb)(tx, workflow, facts, timer, rung)
        again = next_time(rung, facts, timer.due_at, self._clocks.calendar)
        outcome = "moot" if overtaken else "done" if rung.silence_counts or not silent else "silent"
        await timers.finish(tx, timer.id, outcome, now, again)

    async def _climb(
        self, tx: Connection, workflow: Workflow, facts: Facts, timer: DueTimer, rung: Rung
    ) -> None:
        """Write the step of the rung, and tell."""
        changes = dict(rung.writes(facts)) if rung.writes else {}
        after = facts_after(facts, facts.state, changes, facts.version + 1, entered=False)
        holders = await holders_for(tx, workflow, rung.tells, after, self._clocks.real)
        messages = messages_for(workflow, after, rung.tells, holders, None, self._clocks.calendar)
        data = {
            "rule": timer.rule,
            "rung": timer.rung,
            "due_at": timer.due_at,
            "told": reached(messages, holders),
        }
        data |= rung.records(facts) if rung.records else {}
        await case_writer.write(
            tx,
            Written(
                case_id=facts.case_id,
                version=after.version,
                entered=False,
                closed=False,
                at=facts.now,
                recorded_at=self._clocks.real.now(),
                step=StepRow(rung.action, facts.state, facts.state, None, None, "", Door.SYSTEM, data),
                detail_table=workflow.detail_table,
                detail=changes,
                messages=messages,
                heard=step_told(workflow, after, rung.action, facts.state),
            ),
        )

    async def _take(self, tx: Connection, _: Workflow, facts: Facts, timer: DueTimer, rung: Rung) -> None:
        """Let the system take the rung's action."""
        engine = Engine(self._db, self._registry, self._clocks, self._fail).within(tx)
        await engine.act(
            facts.case_id,
            str(rung.takes),
            SYSTEM_ACTOR,
            {},
            seen_version=facts.version,
            idempotency_key=f"timer-{timer.id}",
        )

    async def _postpone(self, tx: Connection, timer: DueTimer) -> None:
        delay = min(RETRY_FIRST * 2 ** min(timer.tries, 10), RETRY_MOST)
        await timers.postpone(tx, timer.id, self._clocks.real.now() + delay)


def _deadline(workflow: Workflow, timer: DueTimer) -> Deadline | None:
    """The deadline that the timer belongs to; None when this version of the table has it no more."""
    for deadline in workflow.deadlines:
        if deadline.rule == timer.rule and timer.rung < len(deadline.ladder):
            return deadline
    return None
