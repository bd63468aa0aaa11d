"""Reminders of clocks: at half, three quarters and the last tenth, across states, until it is done."""

from datetime import timedelta

from tests.support.events import Events, shanghai
from workflows.engine import Outcome

KINDS = ("hospital_50", "hospital_75", "hospital_90")


async def reminded(events: Events, case: Outcome) -> list[int]:
    """How many were told at each share of the hospital's 48 hours."""
    return [len(await events.told(case, kind)) for kind in KINDS]


async def test_reminders_come_at_half_three_quarters_and_the_last_tenth(events: Events) -> None:
    case, start, seen = await events.report(), shanghai("2026-03-02 09:00"), []
    for hours in (23.99, 24, 35.99, 36, 43.19, 43.2):
        await events.at(start + timedelta(hours=hours))
        seen.append(await reminded(events, case))
    assert seen == [[0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 1, 2]]


async def test_a_reminder_is_not_told_again_in_the_next_state(events: Events) -> None:
    case = await events.report()
    await events.later(timedelta(hours=25))
    await events.graded(case)
    await events.later(timedelta(minutes=1))
    assert await reminded(events, case) == [1, 0, 0]
    await events.later(timedelta(hours=11))
    assert await reminded(events, case) == [1, 1, 0]


async def test_nobody_is_reminded_of_what_is_done(events: Events) -> None:
    case = await events.report("death")
    now = events.desk.real.now().isoformat()
    await events.act(case, "report_national", data={"national_reported_at": now})
    await events.later(timedelta(days=30))
    actions = await events.actions(case)
    assert "national_passed" not in actions
    assert [await events.told(case, f"national_{share}") for share in (50, 75, 90)] == [[], [], []]


async def test_the_card_says_what_is_due_next_and_how_long_there_is(events: Events) -> None:
    case = await events.report("death")
    await events.desk.deadlines.run_due()
    row = await events.desk.value(
        "SELECT variables FROM message WHERE case_id = $1 AND kind = 'adverse_event.alarm'", case.case_id
    )
    assert (row["clock_due"], row["clock_left"]) == ("2026-03-04 09:00", "2880")
    assert row["national_due"] == "2026-03-09 24:00"


async def test_a_policy_that_gives_more_time_meanwhile_is_followed(events: Events) -> None:
    case, hospital = await events.report(), events.desk.world.hospital
    more = {"amount": 72, "unit": "hours"}
    await events.desk.set_policy(hospital, "adverse_event.clock_hospital", more)
    await events.later(timedelta(hours=49))
    assert "hospital_passed" not in await events.actions(case)
    await events.graded(case)
    await events.later(timedelta(hours=24))
    assert (await events.actions(case)).count("hospital_passed") == 1


async def test_a_hospitals_own_policy_moves_its_clock(events: Events) -> None:
    hours = {"amount": 6, "unit": "hours"}
    await events.desk.set_policy(events.desk.world.hospital, "adverse_event.clock_hospital", hours)
    case = await events.report()
    await events.later(timedelta(hours=6, seconds=1))
    assert (await events.actions(case)).count("hospital_passed") == 1
