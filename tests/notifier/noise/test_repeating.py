"""Of reminders the newest is enough, and nobody hears the same again too soon."""

from datetime import timedelta

import pytest

from tests.support.outside import Outside

MINUTE = timedelta(minutes=1)
AGAIN = """
INSERT INTO message (created_at, case_id, case_version, kind, severity, person_id, lane, variables, valid_while,
                     next_at)
SELECT $1, case_id, case_version, kind, $2, person_id, lane, variables, valid_while, $1 FROM message
 ORDER BY id DESC LIMIT 1
"""


async def reminders(around: Outside, kind: str = "repair.triage_waits") -> None:
    """The reporter is to be told one message of that kind."""
    await around.report_to_reporter()
    await around.db.execute("UPDATE message SET kind = $1, severity = 'urgent'", kind)


async def again(around: Outside, severity: str = "urgent") -> None:
    await around.db.execute(AGAIN, around.clock.now(), severity)


async def states(around: Outside) -> list[tuple[str, str]]:
    rows = await around.db.fetch("SELECT state, reason FROM message ORDER BY id")
    return [(row["state"], row["reason"]) for row in rows]


async def test_of_reminders_that_wait_only_the_newest_is_sent(around: Outside) -> None:
    await reminders(around)
    await again(around)
    await around.drain()
    assert await states(around) == [("withdrawn", "A newer message covers the same matter."), ("sent", "")]
    assert len(await around.phone("reporter")) == 1


async def test_one_that_was_tried_goes_on_beside_a_newer_one(around: Outside) -> None:
    await reminders(around)
    await around.faults(wecom={"errcode": -1, "errcode_times": 1})
    await around.drain()
    await again(around)
    await around.live(10 * MINUTE)
    assert [state for state, _ in await states(around)] == ["sent", "sent"]


async def test_two_remarks_of_a_case_both_arrive(around: Outside) -> None:
    await reminders(around, "repair.handed_back")
    await again(around)
    await around.drain()
    assert len(await around.phone("reporter")) == 2


@pytest.mark.parametrize(
    ("minutes", "severity", "arrived"),
    [(0, "urgent", 2), (10, "urgent", 2), (60, "urgent", 1), (60, "critical", 2)],
)
async def test_the_same_is_not_told_again_too_soon_unless_it_matters_more(
    around: Outside, minutes: int, severity: str, arrived: int
) -> None:
    await around.set_policy("notify.repeat", amount=minutes, unit="minutes")
    await reminders(around)
    await around.drain()
    around.clock.forward(20 * MINUTE)
    await again(around, severity)
    await around.drain()
    assert len(await around.phone("reporter")) == arrived
    told = [reason for state, reason in await states(around) if state == "withdrawn"]
    assert told == ["The recipient was recently notified of the same."] * (2 - arrived)


async def test_what_is_critical_is_told_again_however_soon(around: Outside) -> None:
    await around.set_policy("notify.repeat", amount=60, unit="minutes")
    await reminders(around, "repair.triage_overdue")
    await around.db.execute("UPDATE message SET severity = 'critical'")
    await around.drain()
    await again(around, "critical")
    await around.drain()
    assert len(await around.phone("reporter")) == 2
