"""Lets the timers of open cases follow policies, once those hold. Any number of processes may do it."""

import structlog

from storage import audit, case_writer, policy_timers
from storage.audit import AuditRow
from storage.clock import BusinessClock
from storage.database import Connection, Database, DatabaseAway
from storage.facts import load_facts
from storage.policy_timers import ToApply
from workflows.actor import Door
from workflows.engine import Clocks
from workflows.registry import Registry
from workflows.retiming import WaitingTimer, moved

log = structlog.get_logger()


class PolicyChanges:
    """Moves running deadlines. Doing it twice moves nothing the second time, so a crash half-way does no harm."""

    def __init__(self, db: Database, registry: Registry, clocks: Clocks, business: BusinessClock) -> None:
        self._db = db
        self._registry = registry
        self._clocks = clocks
        self._business = business

    async def run_due(self) -> int:
        """Follow everything that holds by now; how many timers were moved. Raises `DatabaseAway`."""
        due = await policy_timers.to_apply(self._db, self._business.now())
        return sum([await self._follow(policy) for policy in due])

    async def _follow(self, policy: ToApply) -> int:
        named = [workflow.name for workflow in self._registry if policy.name in workflow.policies]
        count = 0
        for case_id in await policy_timers.cases_below(self._db, named, policy.path):
            count += await self._case_follows(policy, case_id)
        async with self._db.transaction() as tx:
            if await policy_timers.applied(tx, policy.id, self._clocks.real.now()):
                await self._note(tx, policy, count)
        return count

    async def _case_follows(self, policy: ToApply, case_id: int) -> int:
        """How many timers of the case were moved; a case that cannot be reckoned keeps what it has."""
        try:
            async with self._db.transaction() as tx:
                return await self._retime(tx, case_id)
        except DatabaseAway:
            raise
        except Exception:
            log.exception("policy_not_followed", policy=policy.name, case=case_id)
            return 0

    async def _retime(self, tx: Connection, case_id: int) -> int:
        """Move the timers of one case, which is locked, to where the policies of now put them."""
        locked = await case_writer.lock_case(tx, case_id)
        if locked is None:
            return 0
        workflow = self._registry.named(locked.workflow)
        defaults = {name: policy.value for name, policy in workflow.policies.items()}
        now = self._business.now()
        facts = await load_facts(tx, case_id, workflow.detail_table, defaults, now, locked.span)
        if facts is None or facts.closed_at is not None:
            return 0
        waiting = [WaitingTimer(*row) for row in await policy_timers.waiting(tx, case_id)]
        moves = moved(workflow, facts, waiting, self._clocks.calendar)
        if moves:
            await policy_timers.move(tx, [(move.timer.id, move.due_at) for move in moves])
        return len(moves)

    async def _note(self, tx: Connection, policy: ToApply, count: int) -> None:
        log.info("policy_applied", policy=policy.name, organisation=policy.organisation_id, moved=count)
        row = AuditRow(
            at=self._clocks.real.now(),
            person_id=None,
            case_id=None,
            door=Door.SYSTEM,
            client="",
            action="policy.apply",
            subject=policy.name,
            organisation_id=policy.organisation_id,
            subject_kind="policy",
            subject_id=policy.id,
            after={"version": policy.version, "deadlines_moved": count},
        )
        await audit.append(tx, row)
