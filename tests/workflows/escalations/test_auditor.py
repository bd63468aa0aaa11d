"""The escalation auditor finds what was promised and not kept, by the history and not by the timers."""

from datetime import timedelta

import pytest

from tests.support.auditing import audited
from tests.support.channels import give_channels
from tests.support.desk import Desk, open_desk
from tests.support.events import Events, add_officials
from tests.support.licences import Licences, licences_at, shanghai
from tests.support.world import add_person
from tests.workflows.alarm.test_alarm import raised
from workflows.escalations.auditor import Auditor
from workflows.identity.roles import Role
from workflows.registry import all_workflows

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LIFE = ["triage", "approval", "confirmation"]


async def told_all(desk: Desk) -> None:
    """As if providers had taken every message: here no notifier runs."""
    await desk.db.execute("UPDATE message SET state = 'sent', finished_at = created_at")


async def missed(desk: Desk) -> list[tuple[str, str, int]]:
    await told_all(desk)
    return await audited(desk)


async def untold(desk: Desk) -> list[str]:
    return [kind for what, kind, _ in await audited(desk) if what == "untold"]


async def test_a_ladder_that_was_climbed_in_time_is_fine(desk: Desk) -> None:
    await add_person(desk.db, desk.world.hospital, "Vice-director", Role.VICE_DIRECTOR)
    await desk.report()
    await desk.triaged("60000")
    await desk.repaired()
    await raised(desk, 29)
    await desk.move_clock(10 * DAY)
    assert await missed(desk) == []
    promises: int = await desk.value("SELECT promises FROM auditor_round")
    assert promises >= 2 * len(LIFE)


async def test_two_years_of_a_licences_reminders_are_fine(desk: Desk) -> None:
    licences: Licences = await licences_at(desk)
    await licences.register()
    for day in ("2026-09-10", "2026-12-10", "2027-02-10", "2027-03-20", "2027-05-03"):
        await licences.live_until(shanghai(day))
        assert await missed(desk) == [], day


async def test_stages_that_an_outage_left_out_are_missed_once_and_none_stays_open(desk: Desk) -> None:
    licences: Licences = await licences_at(desk)
    case = await licences.register()
    await licences.be(shanghai("2027-03-05"))
    await desk.act(case, "acknowledge", licences.contact, {"planned_on": "2027-04-01"})
    await desk.deadlines.run_due()
    assert await missed(desk) == [("missed", "time_limit", rung) for rung in range(4)]
    desk.real.forward(DAY + MINUTE)
    assert await missed(desk) == []


async def test_the_clocks_of_an_adverse_event_are_fine(database_url: str) -> None:
    async with open_desk(database_url) as desk:
        await give_channels(desk.db)
        events = Events(desk, await add_officials(desk.db, desk.world.hospital))
        await events.report()
        await desk.move_clock(40 * DAY)
        assert await missed(desk) == []
        assert await desk.value("SELECT promises FROM auditor_round") > 0


async def test_a_reminder_whose_timer_was_lost_is_missed_after_two_minutes(desk: Desk) -> None:
    await desk.report()
    await desk.db.execute("DELETE FROM timer")
    await desk.move_clock(31 * MINUTE)
    assert await missed(desk) == []
    await desk.move_clock(2 * MINUTE)
    assert await missed(desk) == [("missing", "triage", 0)]


async def test_a_timer_that_was_set_for_too_late_is_found(desk: Desk) -> None:
    await desk.report()
    await desk.db.execute("UPDATE timer SET due_at = due_at + interval '20 minutes' WHERE rung = 0")
    await desk.move_clock(HOUR)
    assert await missed(desk) == [("late", "triage", 0)]


async def test_what_was_missing_and_comes_after_all_was_only_late(desk: Desk) -> None:
    await desk.report()
    await desk.db.execute("UPDATE timer SET due_at = due_at + interval '20 minutes' WHERE rung = 0")
    await desk.move_clock(40 * MINUTE)
    assert await missed(desk) == [("missing", "triage", 0)]
    await desk.move_clock(20 * MINUTE)
    assert await missed(desk) == [("late", "triage", 0)]


async def test_a_policy_that_shortened_the_time_meanwhile_counts_from_then(desk: Desk) -> None:
    case = await desk.report()
    await desk.move_clock(20 * MINUTE)
    await desk.db.execute(
        "INSERT INTO policy (organisation_id, name, value, source, version, valid_from) "
        "VALUES ($1, 'repair.triage', $2, 'a test', 1, $3)",
        desk.world.hospital,
        {"amount": 5, "unit": "minutes"},
        desk.business.now(),
    )
    await desk.move_clock(MINUTE)
    assert len(await desk.reminders(case)) == 1
    assert await missed(desk) == []


async def test_a_message_that_no_provider_took_in_time_is_untold(desk: Desk) -> None:
    await raised(desk, 29)
    desk.real.forward(4 * MINUTE)
    assert [what for what, _, _ in await audited(desk)] == []
    desk.real.forward(2 * MINUTE)
    found = await audited(desk)
    assert ("untold", "alarm.alarm", 0) in found


async def test_a_message_that_went_out_after_all_is_untold_no_more(desk: Desk) -> None:
    await raised(desk, 29)
    desk.real.forward(6 * MINUTE)
    await audited(desk)
    await told_all(desk)
    assert [what for what, _, _ in await audited(desk) if what == "untold"] == []


async def test_a_miss_is_kept_once(desk: Desk) -> None:
    await desk.report()
    await desk.db.execute("DELETE FROM timer")
    await desk.move_clock(HOUR)
    await told_all(desk)
    auditor = Auditor(desk.db, all_workflows(), desk.clocks)
    assert await auditor.run_round() == 1
    assert await auditor.run_round() == 0


async def test_of_a_closed_case_nothing_is_missing(desk: Desk) -> None:
    case = await desk.repaired()
    await desk.db.execute("DELETE FROM timer")
    await desk.move_clock(5 * DAY)
    assert await missed(desk) != []
    await desk.act(case, "confirm", desk.world.reporter)
    assert await missed(desk) == []


async def test_alarms_that_were_bundled_are_untold_while_nobody_takes_what_tells_of_them(desk: Desk) -> None:
    await raised(desk, 29)
    await desk.db.execute(
        "INSERT INTO message (created_at, case_version, kind, severity, person_id, lane, next_at, variables) "
        "VALUES ($1, 0, 'alarm.storm', 'critical', $2, 'storm', $1, '{}')",
        desk.real.now(),
        desk.world.engineer,
    )
    await desk.db.execute(
        "UPDATE message SET state = 'bundled', bundle_id = (SELECT max(id) FROM message) WHERE case_id IS NOT NULL"
    )
    desk.real.forward(6 * MINUTE)
    assert await untold(desk) == ["alarm.alarm"]
    await told_all(desk)
    assert await untold(desk) == []


async def test_what_is_held_is_untold_only_after_its_hour(desk: Desk) -> None:
    await raised(desk, 29)
    hour = desk.real.now() + 8 * HOUR
    await desk.db.execute("UPDATE message SET held = 'duty', next_at = $1, due_at = $1", hour)
    desk.real.forward(8 * HOUR)
    assert await untold(desk) == []
    desk.real.forward(6 * MINUTE)
    assert await untold(desk) == ["alarm.alarm"]


@pytest.mark.parametrize("cases", [60])
async def test_all_cases_are_seen_in_turn(desk: Desk, cases: int) -> None:
    for _ in range(cases):
        await desk.report()
    await missed(desk)
    seen = await desk.db.fetchrow("SELECT cases, after_case, passed_at FROM auditor_round")
    assert seen is not None
    assert (seen["cases"], seen["after_case"]) == (cases, 0)
    assert seen["passed_at"] is not None
