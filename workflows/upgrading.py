"""Brings open cases that an older version of a table opened under the deadlines that a newer one has.

They count from the upgrade on: nobody is late for what nobody had asked. The auditor does not reckon them, since the
history does not say when that was.
"""

from dataclasses import replace

from storage import timers
from storage.database import Connection, Database
from storage.facts import load_facts
from storage.timers import New
from workflows.definition import Deadline, Workflow
from workflows.due import due_of
from workflows.engine import Clocks
from workflows.registry import Registry

AT_ONCE = 200


async def arm_new_deadlines(db: Database, registry: Registry, clocks: Clocks) -> None:
    """Arm what is missing; it costs as much as there are open cases in those states. Raises `DatabaseAway`."""
    for workflow in registry:
        for deadline in (deadline for deadline in workflow.deadlines if deadline.since > 1):
            last: int | None = 0
            while last is not None:
                last = await _arm_some(db, workflow, deadline, last, clocks)


async def _arm_some(
    db: Database, workflow: Workflow, deadline: Deadline, after: int, clocks: Clocks
) -> int | None:
    """The last of the cases that were armed; None when that was all."""
    new = New(workflow.name, deadline.state, deadline.since, deadline.rule)
    async with db.transaction() as tx:
        found = await timers.unarmed(tx, new, after, AT_ONCE)
        for case_id in found:
            await _arm(tx, workflow, deadline, case_id, clocks)
    return found[-1] if len(found) == AT_ONCE else None


async def _arm(tx: Connection, workflow: Workflow, deadline: Deadline, case_id: int, clocks: Clocks) -> None:
    now = clocks.business.now()
    defaults = {name: policy.value for name, policy in workflow.policies.items()}
    facts = await load_facts(tx, case_id, workflow.detail_table, defaults, now)
    if facts is None:
        return
    as_if_new = replace(facts, entered_at=now)
    dues = {nth: due_of(rung, as_if_new, clocks.calendar) for nth, rung in enumerate(deadline.ladder)}
    known = {nth: due for nth, due in dues.items() if due is not None}
    await timers.arm(tx, case_id, deadline.rule, facts.entered_version, known)
