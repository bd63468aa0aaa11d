"""Reminders through the engine and its timers: each stage once, the worst after an outage, red every week."""

from datetime import datetime

import pytest

from tests.support.licences import Licences, shanghai

# Issued on 2025-03-02, so the limit is 2027-03-02; the clock stands at 2026-03-02, 09:00.
STAGES = [
    ("2026-09-02 09:00", "blue"),
    ("2026-12-02 09:00", "yellow"),
    ("2027-02-02 09:00", "orange"),
    ("2027-03-03 09:00", "red"),
]


async def test_each_stage_is_told_once_at_its_hour_and_red_every_week(licences: Licences) -> None:
    await licences.register()
    await licences.live_until(shanghai("2027-03-24", 8))
    weekly = [("2027-03-10 09:00", "red"), ("2027-03-17 09:00", "red")]
    assert await licences.told_on() == [*STAGES, *weekly]


@pytest.mark.parametrize(
    ("colour", "roles", "overseers"),
    [
        ("blue", ["contact"], []),
        ("yellow", ["contact", "head"], []),
        ("orange", ["contact", "head", "director"], ["city"]),
        ("red", ["contact", "head", "director"], ["city", "province"]),
    ],
)
async def test_the_worse_the_colour_the_more_are_told(
    licences: Licences, colour: str, roles: list[str], overseers: list[str]
) -> None:
    await licences.register()
    await licences.live_until(shanghai("2027-03-04"))
    told = [(t.person, t.whose) for t in await licences.told() if t.colour == colour]
    expected = [(getattr(licences, role), "") for role in roles]
    expected += [(getattr(licences, role), "overseen") for role in overseers]
    assert sorted(told) == sorted(expected)


async def test_once_the_unit_has_applied_the_authority_is_reminded_and_not_the_unit(
    licences: Licences,
) -> None:
    await licences.applied(await licences.register())
    await licences.live_until(shanghai("2027-03-11"))
    told = [(t.colour, t.person, t.whose) for t in await licences.told()]
    assert told == [
        ("blue", licences.province, "issue"),
        ("yellow", licences.province, "issue"),
        ("orange", licences.province, "issue"),
        ("orange", licences.city, "overseen"),
        *[("red", licences.province, "issue"), ("red", licences.city, "overseen")] * 2,
    ]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (shanghai("2026-12-20", 13), [("2026-12-20 13:00", "yellow")]),
        (shanghai("2027-02-02", 3), []),
        (shanghai("2027-02-02", 9), [("2027-02-02 09:00", "orange")]),
        (shanghai("2027-03-02", 23), [("2027-03-02 23:00", "orange")]),
        (shanghai("2027-04-01", 3), [("2027-04-01 03:00", "red")]),
    ],
)
async def test_after_an_outage_only_the_stage_that_runs_is_told(
    licences: Licences, end: datetime, told: list[tuple[str, str]]
) -> None:
    await licences.register()
    await licences.be(end)
    await licences.desk.deadlines.run_due()
    assert await licences.told_on() == told


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("2027-03-26", ["2027-03-26", "2027-03-31", "2027-04-07"]),
        ("2027-03-29", ["2027-03-29", "2027-04-07"]),  # told for the 31st, which was nearer than the 24th
    ],
)
async def test_after_an_outage_red_keeps_its_day_of_the_week(
    licences: Licences, end: str, told: list[str]
) -> None:
    await licences.register()
    await licences.be(shanghai(end))
    await licences.live_until(shanghai("2027-04-08"))
    assert await licences.told_on() == [(f"{day} 09:00", "red") for day in told]


async def test_what_was_told_is_not_told_again_when_the_licence_goes_on(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2027-02-10"))
    await licences.purchased(case)
    await licences.live_until(shanghai("2027-03-02", 23))
    assert await licences.told_on() == STAGES[:3]


async def test_red_goes_on_every_week_when_the_licence_goes_on(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2027-03-05"))
    await licences.purchased(case)
    await licences.live_until(shanghai("2027-03-18"))
    assert [day for day, _ in await licences.told_on()][3:] == [
        "2027-03-03 09:00",
        "2027-03-10 09:00",
        "2027-03-17 09:00",
    ]


async def test_an_acknowledgement_keeps_quiet_until_the_next_stage(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2027-02-02", 8))
    await licences.desk.act(case, "acknowledge", licences.head, {"planned_on": "2027-02-20"})
    await licences.live_until(shanghai("2027-03-04"))
    assert await licences.told_on() == [*STAGES[:2], STAGES[3]]


async def test_red_is_quiet_until_the_planned_day_is_past(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2027-03-05"))
    await licences.desk.act(case, "acknowledge", licences.contact, {"planned_on": "2027-03-17"})
    await licences.live_until(shanghai("2027-03-25"))
    assert [day for day, _ in await licences.told_on()][3:] == ["2027-03-03 09:00", "2027-03-24 09:00"]


async def test_an_extension_moves_the_limit_and_with_it_the_stages(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2026-10-01"))
    await licences.extend(case, "2027-09-30")
    await licences.live_until(shanghai("2027-10-02"))
    assert await licences.told_on() == [
        STAGES[0],
        ("2027-03-30 09:00", "blue"),
        ("2027-06-30 09:00", "yellow"),
        ("2027-08-30 09:00", "orange"),
        ("2027-10-01 09:00", "red"),
    ]


async def test_an_extension_does_not_tell_the_stage_that_runs_once_more(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2027-03-06"))
    await licences.extend(case, "2027-03-31")
    await licences.live_until(shanghai("2027-04-02"))
    assert await licences.told_on() == [*STAGES, ("2027-04-01 09:00", "red")]


async def test_an_issued_duplicate_ends_all_reminders(licences: Licences) -> None:
    case = await licences.register()
    await licences.issued(case)
    await licences.live_until(shanghai("2027-05-01"))
    assert await licences.told_on() == []


async def test_a_lapsed_licence_is_quiet_until_it_is_extended(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2027-03-05"))
    case = await licences.desk.act(case, "lapse", licences.province, {"reason": "never bought"})
    await licences.live_until(shanghai("2027-06-01"))
    await licences.extend(case, "2027-12-31")
    await licences.live_until(shanghai("2027-07-02"))
    assert await licences.told_on() == [*STAGES, ("2027-06-30 09:00", "blue")]


async def test_where_the_policy_says_so_a_licence_lapses_by_itself(licences: Licences) -> None:
    policy = {"automatic": True, "amount": 10, "unit": "calendar_days"}
    await licences.desk.set_policy(licences.places["province"], "licence.lapse_b", policy)
    case = await licences.register()
    await licences.live_until(shanghai("2027-05-01"))
    lapsed = await licences.desk.steps(case)
    at = await licences.desk.value("SELECT closed_at FROM work_case WHERE id = $1", case.case_id)
    assert lapsed[-1] == ("expire", "")
    assert at == shanghai("2027-03-13", 0)
    assert [day for day, _ in await licences.told_on()][3:] == ["2027-03-03 09:00", "2027-03-10 09:00"]


async def test_by_itself_no_licence_lapses(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2027-05-01"))
    assert await licences.desk.value("SELECT state FROM work_case WHERE id = $1", case.case_id) == "issued"


async def test_a_corrected_day_of_issue_moves_no_reminder(licences: Licences) -> None:
    case = await licences.register()
    corrected = {**await licences.original(case), "issued_on": "2024-09-30", "reason": "misread"}
    await licences.desk.act(case, "correct", licences.province, corrected)
    await licences.live_until(shanghai("2026-09-03"))
    assert await licences.told_on() == STAGES[:1]


async def test_a_licence_registered_late_is_told_at_once(licences: Licences) -> None:
    await licences.register("2024-03-20")
    await licences.desk.deadlines.run_due()
    assert await licences.told_on() == [("2026-03-02 09:00", "orange")]


async def test_the_hour_is_the_authoritys(licences: Licences) -> None:
    await licences.desk.set_policy(licences.desk.world.hospital, "licence.reminder_hour", {"hour": 14})
    await licences.register()
    await licences.live_until(shanghai("2026-09-03"))
    assert await licences.told_on() == [("2026-09-02 14:00", "blue")]


async def test_a_changed_hour_tells_nothing_twice(licences: Licences) -> None:
    case = await licences.register()
    await licences.live_until(shanghai("2027-02-03"))
    await licences.desk.set_policy(licences.desk.world.hospital, "licence.reminder_hour", {"hour": 14})
    await licences.purchased(case)
    await licences.live_until(shanghai("2027-03-02", 23))
    assert await licences.told_on() == STAGES[:3]


async def test_a_reminder_says_what_is_missing_and_how_long_there_is(licences: Licences) -> None:
    await licences.register()
    await licences.live_until(shanghai("2027-02-03"))
    said = await licences.desk.value("SELECT variables FROM message WHERE kind = 'licence.orange' LIMIT 1")
    assert (said["days"], said["limit"]) == (28, "2027-03-02")
    assert said["missing_text"] == "The purchase is not recorded."
