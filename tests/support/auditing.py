"""The escalation auditor over a desk's cases, and what it has found."""

from tests.support.desk import Desk
from workflows.escalations.auditor import Auditor
from workflows.registry import all_workflows

MISSES = "SELECT what, rule, rung FROM promise_miss WHERE made_up_at IS NULL ORDER BY id"


async def audited(desk: Desk) -> list[tuple[str, str, int]]:
    """A pass over all cases; what is missed and was not made up for."""
    auditor = Auditor(desk.db, all_workflows(), desk.clocks)
    await auditor.run_round()
    while await desk.value("SELECT after_case FROM auditor_round") > 0:
        await auditor.run_round()
    return [tuple(row) for row in await desk.db.fetch(MISSES)]
