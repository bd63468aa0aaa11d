"""Quiet hours in Shanghai, and whom they leave asleep."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.quiet import QuietHours
from storage import acknowledgements
from tests.support.outside import Outside

TO_NINE_IN_THE_EVENING = timedelta(hours=13)  # the tests' clock begins at 09:00
NIGHT = {"quiet_from": 22, "quiet_to": 7}


def at(hour: int, minute: int = 0) -> datetime:
    """An hour of 2 March in Shanghai."""
    return datetime(2026, 3, 2, 0, 0, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        ("22:00", "07:00", at(21, 59), None),
        ("22:00", "07:00", at(22), at(31)),
        ("22:00", "07:00", at(3), at(7)),
        ("22:00", "07:00", at(7), None),
        ("12:30", "14:00", at(13), at(14)),
        ("00:00", "00:00", at(0), None),
    ],
)
def test_quiet_hours_end_in_the_morning(begin: str, end: str, now: datetime, until: datetime | None) -> None:
    hours = QuietHours.of_words(begin, end)
    assert hours is not None
    assert hours.ends_at(now) == until


def test_what_is_no_time_of_day_means_no_quiet_hours() -> None:
    assert QuietHours.of_words("late", "07:00") is None


async def at_night(around: Outside) -> None:
    await around.set_policy("notify.quiet_hours", **NIGHT)
    around.clock.forward(TO_NINE_IN_THE_EVENING + timedelta(hours=1))
    await around.report()
    await around.drain()


async def test_what_may_wait_is_told_in_the_morning_and_blocks_nothing_urgent(around: Outside) -> None:
    await at_night(around)
    assert await around.phone("reporter") == []
    await around.db.execute(
        "INSERT INTO message (created_at, case_id, case_version, kind, person_id, lane, variables, severity, next_at) "
        "SELECT created_at, case_id, case_version, kind, person_id, lane, variables, 'critical', created_at "
        "FROM message WHERE person_id = $1",
        around.world.reporter,
    )
    await around.drain()
    assert len(await around.phone("reporter")) == 1
    await around.live(timedelta(hours=9))
    assert len(await around.phone("reporter")) == 2
    (note,) = await around.db.fetch(
        "SELECT n.code FROM routing_note n JOIN message m ON m.id = n.message_id WHERE m.person_id = $1",
        around.world.reporter,
    )
    assert note["code"] == "quiet"


async def test_what_was_acknowledged_at_night_is_not_told_in_the_morning(around: Outside) -> None:
    await at_night(around)
    row = await around.db.fetchrow("SELECT id FROM message WHERE person_id = $1", around.world.reporter)
    assert row is not None
    told = await acknowledgements.told(around.db, row["id"])
    assert told is not None
    async with around.db.transaction() as tx:
        await acknowledgements.acknowledge(tx, told, "page", around.clock.now())
    await around.live(timedelta(hours=9))
    assert await around.phone("reporter") == []
    (held,) = await around.ledger("reporter")
    assert (held["message_state"], held["reason"]) == ("withdrawn", acknowledgements.KNOWN)


async def test_own_quiet_hours_hold_where_the_house_has_none(around: Outside) -> None:
    await around.db.execute(
        "INSERT INTO notice_preference (person_id, quiet_from, quiet_to, set_at) VALUES ($1, '08:30', '10:00', $2)",
        around.world.reporter,
        around.clock.now(),
    )
    await around.report()
    await around.drain()
    assert (await around.phone("reporter"), len(await around.phone("engineer"))) == ([], 1)
    await around.live(timedelta(hours=1))
    assert len(await around.phone("reporter")) == 1


async def critical_at_night(around: Outside) -> None:
    """The engineer is on duty."""
    now = around.clock.now()
    await around.db.execute(
        "INSERT INTO duty_shift (organisation_id, person_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)",
        around.world.hospital,
        around.world.engineer,
        now,
        now + timedelta(days=1),
    )
    await around.set_policy("notify.critical", first_minutes=5, acknowledged=True)
    await around.set_policy("notify.quiet_hours", **NIGHT)
    around.clock.forward(TO_NINE_IN_THE_EVENING + timedelta(hours=1))
    await around.report()
    await around.db.execute("UPDATE message SET severity = 'critical'")
    await around.drain()


async def test_at_night_whoever_is_on_duty_is_woken_and_a_colleague_sleeps_until_it_escalates(
    around: Outside,
) -> None:
    await critical_at_night(around)
    assert (len(await around.phone("engineer")), await around.phone("second_engineer")) == (1, [])
    around.clock.forward(timedelta(minutes=5))
    await around.escalations.run_due()
    row = await around.db.fetchrow("SELECT due_at < next_at AS presses FROM message WHERE held = 'woken'")
    assert row is not None
    assert row["presses"], "it goes before a backlog"
    await around.drain()
    assert len(await around.phone("second_engineer")) == 1
    assert len(await around.mails("engineer")) == 1


async def test_colleague_who_was_woken_is_told_another_way_when_the_first_one_refuses(
    around: Outside,
) -> None:
    await around.db.execute("UPDATE contact_point SET address = 'gone' WHERE address = 'second_engineer'")
    await critical_at_night(around)
    around.clock.forward(timedelta(minutes=5))
    await around.escalate()
    assert len(await around.mails("second_engineer")) == 1


async def test_colleague_is_woken_when_no_way_leads_to_whoever_is_on_duty(around: Outside) -> None:
    await around.db.execute("UPDATE contact_point SET address = 'gone' WHERE address = 'engineer'")
    await around.db.execute(
        "UPDATE contact_point SET ended_at = now() WHERE rank = 2 AND person_id = $1", around.world.engineer
    )
    await critical_at_night(around)
    assert len(await around.phone("second_engineer")) == 1
