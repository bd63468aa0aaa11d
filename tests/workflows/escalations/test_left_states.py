"""What was missed in states that were left meanwhile is found by history, and nothing else is."""

from dataclasses import replace
from datetime import date, timedelta

from tests.support.auditing import audited
from tests.support.channels import give_channels
from tests.support.desk import TRIAGE, Desk, open_desk
from tests.support.events import Events, add_officials
from tests.support.licences import Licences, licences_at, shanghai
from tests.workflows.alarm.test_alarm import raised
from workflows.actor import Door
from workflows.administration import calendar_keeping
from workflows.administration.office import By, Office
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Outcome

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def left_after(desk: Desk, span: timedelta) -> Outcome:
    """A report that was assessed after so long, and whose timers were lost."""
    case = await desk.report()
    await desk.db.execute("DELETE FROM timer")
    await desk.move_clock(span)
    return await desk.act(case, "triage", desk.world.engineer, TRIAGE)


async def set_policy(desk: Desk, name: str, amount: int, unit: str, version: int, *, inherits: bool) -> None:
    """From now on."""
    await desk.db.execute(
        "INSERT INTO policy (organisation_id, name, value, source, version, valid_from, inherits) "
        "VALUES ($1, $2, $3, 'a test', $4, $5, $6)",
        desk.world.hospital,
        name,
        {"amount": amount, "unit": unit},
        version,
        desk.business.now(),
        inherits,
    )


async def test_what_was_missed_before_the_state_was_left_is_found(desk: Desk) -> None:
    await left_after(desk, 40 * MINUTE)
    assert await audited(desk) == [("missed", "triage", 0)]


async def test_what_was_decided_before_its_time_or_just_after_is_no_miss(desk: Desk) -> None:
    await left_after(desk, 10 * MINUTE)
    await left_after(desk, 31 * MINUTE)
    assert await audited(desk) == []


async def test_it_is_found_however_long_no_auditor_ran(desk: Desk) -> None:
    await audited(desk)
    await left_after(desk, 40 * MINUTE)
    desk.real.forward(9 * DAY)
    assert ("missed", "triage", 0) in await audited(desk)


async def test_a_day_later_it_is_of_the_past(desk: Desk) -> None:
    await left_after(desk, 40 * MINUTE)
    assert await audited(desk) == [("missed", "triage", 0)]
    desk.real.forward(DAY + MINUTE)
    assert await audited(desk) == []


async def test_what_was_told_only_in_the_state_that_followed_was_late(desk: Desk) -> None:
    licences: Licences = await licences_at(desk)
    case = await licences.register()
    await licences.be(shanghai("2026-12-02", 9.5))  # yellow was due at nine, and nobody was there to tell it
    await licences.purchased(case)
    await desk.deadlines.run_due()
    assert ("late", "time_limit", 1) in await audited(desk)


async def test_a_reminder_that_was_missed_before_the_duty_was_done_is_found(database_url: str) -> None:
    async with open_desk(database_url) as desk:
        await give_channels(desk.db)
        events = Events(desk, await add_officials(desk.db, desk.world.hospital))
        case = await events.report("may_cause")
        await desk.db.execute("DELETE FROM timer WHERE rule = 'national' AND rung = 0")
        await desk.move_clock(12 * DAY)
        assert ("missing", "national", 0) in await audited(desk)
        now = desk.business.now().isoformat()
        await events.act(case, "report_national", data={"national_reported_at": now})
        await events.act(case, "check", data={"causality": "possible"})
        await desk.db.execute("DELETE FROM promise_miss")
        assert ("missed", "national", 0) in await audited(desk)


async def test_a_row_that_was_changed_by_hand_gives_no_false_alarm(desk: Desk) -> None:
    licences: Licences = await licences_at(desk)
    case = await licences.register()
    await licences.live_until(shanghai("2026-08-30"))
    await licences.purchased(case)
    await desk.db.execute("UPDATE licence SET limit_on = limit_on - 90")
    await desk.db.execute("DELETE FROM timer")
    assert [rung for what, _, rung in await audited(desk) if what == "late"] == []


async def test_what_was_missed_by_the_policy_of_then_stays_missed(desk: Desk) -> None:
    await desk.report()
    await desk.db.execute("DELETE FROM timer")
    await desk.move_clock(40 * MINUTE)
    await set_policy(desk, "repair.triage", 5, "hours", 1, inherits=False)
    await desk.move_clock(MINUTE)
    assert await audited(desk) == [("missed", "triage", 0)]


async def test_what_falls_due_by_going_back_to_the_policy_above_is_in_time(desk: Desk) -> None:
    await set_policy(desk, "repair.triage", 2, "hours", 1, inherits=False)
    case = await desk.report()
    await desk.move_clock(HOUR)
    await set_policy(desk, "repair.triage", 30, "minutes", 2, inherits=True)
    await desk.move_clock(MINUTE)
    assert len(await desk.reminders(case)) == 1
    await desk.db.execute("UPDATE message SET state = 'sent', finished_at = created_at")
    assert await audited(desk) == []


async def test_a_day_that_is_moved_in_the_calendar_moves_no_running_deadline(desk: Desk) -> None:
    await desk.move_clock(4 * DAY)  # Friday
    await desk.triaged("60000")
    desk.real.forward(MINUTE)
    saturday = date(2026, 3, 7)
    by = By(await desk.viewer(desk.administrator), Door.PAGE)
    await calendar_keeping.enter(Office(desk.db, desk.clocks), by, {"lines": f"{saturday} work"})
    await desk.move_clock(2 * DAY)
    await desk.db.execute("UPDATE message SET state = 'sent', finished_at = created_at")
    desk.clocks = replace(desk.clocks, calendar=Calendar(ChineseWorkingDays({saturday: True}, 2026)))
    assert await audited(desk) == []


async def test_one_that_cannot_be_reckoned_is_told_and_holds_up_no_other(desk: Desk) -> None:
    await left_after(desk, 40 * MINUTE)
    await desk.report()
    await raised(desk, 29)
    await desk.db.execute("DELETE FROM timer")
    await desk.set_policy(desk.world.hospital, "repair.triage_head", {"amount": "soon", "unit": "hours"})
    await desk.move_clock(10 * MINUTE)
    found = await audited(desk)
    assert found.count(("unclear", "", 0)) == 2
    assert ("missing", "acknowledgement", 0) in found
