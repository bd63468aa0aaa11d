"""What a newer version of a table promises also holds in the cases that an older one opened."""

from datetime import timedelta

from tests.support.auditing import audited
from tests.support.desk import TRIAGE, Desk, desk_on


async def test_open_cases_of_an_older_version_get_the_new_deadlines_from_the_upgrade_on(desk: Desk) -> None:
    case = await desk.act(await desk.triaged(), "start", desk.world.engineer)
    await desk.db.execute("UPDATE work_case SET definition_version = 1")
    await desk.db.execute("DELETE FROM timer WHERE rule IN ('start', 'finish')")
    desk.real.forward(timedelta(days=60))
    newer = desk_on(desk.db, desk.world, desk.administrator, desk.stranger, desk.real)
    upgraded = desk.business.now()
    assert await newer.deadlines.run_due() == 0, "nobody is late for what nobody had asked"
    await newer.move_clock(timedelta(days=30))
    first, second = await newer.reminders(case)
    assert (first[:2], second[:2], first[2] > upgraded) == (("finish", 0), ("finish", 1), True)
    await desk.db.execute("UPDATE message SET state = 'sent', finished_at = created_at")
    assert await audited(newer) == []


async def test_an_engineer_who_does_not_begin_or_finish_is_reminded_then_the_head_is_told(desk: Desk) -> None:
    case = await desk.triaged()
    await desk.move_clock(timedelta(days=14))
    assert [nth[:2] for nth in await desk.reminders(case)] == [("start", 0), ("start", 1)]
    case = await desk.act(case, "start", desk.world.engineer)
    await desk.move_clock(timedelta(days=30))
    rows = await desk.db.fetch(
        "SELECT kind, person_id FROM message WHERE case_id = $1 AND kind ~ 'start_|repair_' ORDER BY id",
        case.case_id,
    )
    assert [tuple(row) for row in rows] == [
        ("repair.start_waits", desk.world.engineer),
        ("repair.start_overdue", desk.world.head),
        ("repair.repair_waits", desk.world.engineer),
        ("repair.repair_overdue", desk.world.head),
    ]


async def test_an_estimate_that_was_refused_does_not_lie_forgotten(desk: Desk) -> None:
    case = await desk.act(await desk.report(), "triage", desk.world.engineer, {**TRIAGE, "estimate": "60000"})
    case = await desk.act(case, "reject", desk.world.head, {"reason": "too dear"})
    await desk.move_clock(timedelta(days=14))
    assert [nth[:2] for nth in await desk.reminders(case)] == [("new_estimate", 0), ("new_estimate", 1)]
