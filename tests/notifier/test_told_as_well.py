"""What is not delivered in time, with no other way: the deputy or head is told as well; it goes on being tried."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.notify import told_as_lines
from notifier.budget import Budget
from storage.message_story import story
from tests.support.outside import Outside
from tests.support.world import add_absence

MINUTES = timedelta(minutes=1)
DOWN = {"unavailable": True}


async def only_wecom(around: Outside, *users: str) -> None:
    people = [getattr(around.world, user) for user in users]
    await around.db.execute("DELETE FROM contact_point WHERE person_id = ANY($1) AND rank = 2", people)


async def only_mail(around: Outside, *users: str) -> None:
    people = [getattr(around.world, user) for user in users]
    await around.db.execute("DELETE FROM contact_point WHERE person_id = ANY($1) AND rank = 1", people)


@pytest.fixture
async def down(around: Outside) -> Outside:
    """WeCom is away. The reporter has nothing else, the heads have mail."""
    await only_wecom(around, "reporter")
    await only_mail(around, "department_head", "head")
    await around.faults(wecom=DOWN)
    return around


async def tell(around: Outside, severity: str) -> None:
    await around.report_to_reporter()
    await around.db.execute("UPDATE message SET severity = $1", severity)
    await around.live(timedelta())


async def pass_by(around: Outside, minutes: float) -> None:
    """As the loops do: what is overdue is looked at each second, what is due is tried."""
    end = around.clock.now() + minutes * MINUTES
    while (soonest := await next_happening(around)) is not None and soonest <= end:
        around.clock.forward(max(soonest - around.clock.now(), timedelta()))
        await around.escalate()
    around.clock.forward(end - around.clock.now())


async def next_happening(around: Outside) -> datetime | None:
    due = await around.next_due()
    row = await around.db.fetchrow("SELECT least($1::timestamptz, min(escalate_at)) AS at FROM message", due)
    return row["at"] if row else None


async def mailed(around: Outside) -> tuple[int, int]:
    return len(await around.mails("department_head")), len(await around.mails("head"))


async def test_head_is_told_as_well_once_the_policy_s_time_is_over_and_the_original_arrives_later(
    down: Outside,
) -> None:
    await down.set_policy("notify.critical", first_minutes=3, acknowledged=True)
    await tell(down, "critical")
    await pass_by(down, 2.9)
    assert await mailed(down) == (0, 0)
    await pass_by(down, 0.2)
    assert await mailed(down) == (1, 0)
    assert "who cannot be reached on any channel" in str(await down.mails("department_head"))
    await pass_by(down, 60)
    assert await mailed(down) == (1, 0)
    await down.faults(reset=True)
    await down.live(20 * MINUTES)
    assert len(await down.phone("reporter")) == 1
    assert {row["message_state"] for row in await down.ledger()} == {"sent"}


async def test_what_presses_goes_on_after_ten_minutes_where_no_policy_says_when(down: Outside) -> None:
    await tell(down, "urgent")
    await pass_by(down, 9.9)
    assert await mailed(down) == (0, 0)
    await pass_by(down, 0.2)
    assert await mailed(down) == (1, 0)


async def test_what_does_not_press_waits_where_no_policy_says_when(down: Outside) -> None:
    await tell(down, "notice")
    await pass_by(down, 60)
    assert await mailed(down) == (0, 0)


async def test_what_presses_takes_the_other_way_after_ten_minutes(around: Outside) -> None:
    await around.faults(wecom=DOWN)
    await tell(around, "urgent")
    await pass_by(around, 10.1)
    assert (len(await around.mails("reporter")), await mailed(around)) == (1, (0, 0))


async def test_all_channels_down_take_their_times_before_somebody_else_is_told(down: Outside) -> None:
    await down.faults(mail={"temp_fail_next": 1000})
    await down.db.execute(
        "INSERT INTO contact_point (person_id, account_id, address, rank) VALUES ($1, $2, $3, 2)",
        down.world.reporter,
        down.accounts["email"],
        "reporter@hospital.example",
    )
    await down.set_policy("notify.critical", first_minutes=2, second_minutes=3, acknowledged=True)
    await tell(down, "critical")
    await pass_by(down, 4.9)
    assert await told_as_well(down) == []
    await pass_by(down, 0.2)
    assert await told_as_well(down) == [down.world.department_head]


async def told_as_well(around: Outside) -> list[int]:
    rows = await around.db.fetch(
        "SELECT person_id FROM message WHERE stand_in_for_id IS NOT NULL ORDER BY id"
    )
    return [row["person_id"] for row in rows]


async def test_two_processes_tell_the_deputy_once_and_the_way_says_so(down: Outside) -> None:
    world, now = down.world, down.clock.now()
    await down.set_policy("notify.critical", first_minutes=3)
    await tell(down, "critical")
    await add_absence(down.db, world.reporter, world.head, now, now + timedelta(days=1))
    down.clock.forward(3 * MINUTES)
    await asyncio.gather(down.escalations.run_due(), down.escalations.run_due())
    other = down.process()
    await asyncio.gather(down.drain(), other.dispatcher.drain())
    assert await mailed(down) == (0, 1)
    message = await down.db.fetchrow("SELECT min(id) AS id FROM message")
    async with down.db.connection() as connection:
        way = await story(connection, message["id"] if message else 0)
    assert way
    assert "told_as_well" in "\n".join(told_as_lines(way))


async def test_deputy_who_was_told_as_well_acts_and_the_original_is_withdrawn(down: Outside) -> None:
    world, now = down.world, down.clock.now()
    await only_wecom(down, "engineer")
    case = await down.report()
    await down.db.execute("DELETE FROM message WHERE person_id <> $1", world.engineer)
    await down.db.execute("UPDATE message SET severity = 'urgent'")
    await down.drain()
    await add_absence(down.db, world.engineer, world.head, now, now + timedelta(days=1))
    await pass_by(down, 11)
    assert await mailed(down) == (0, 1)
    await down.act(case, "triage", "head", diagnosis="tube", estimate="100")
    await down.faults(reset=True)
    await down.live(20 * MINUTES)
    original = await down.db.fetchrow("SELECT state FROM message ORDER BY id LIMIT 1")
    assert original
    assert original["state"] == "withdrawn"


async def test_stand_ins_are_told_one_after_the_other_while_nothing_is_delivered(down: Outside) -> None:
    await down.faults(mail={"temp_fail_next": 1000})
    await down.set_policy("notify.critical", first_minutes=3)
    await tell(down, "critical")
    await pass_by(down, 3.5)
    assert await told_as_well(down) == [down.world.department_head]
    await pass_by(down, 3.5)
    assert await told_as_well(down) == [down.world.department_head, down.world.head]
    await pass_by(down, 30)
    assert len(await told_as_well(down)) == 2


async def test_whom_the_head_could_not_be_told_of_in_time_is_told_themselves_and_the_head_is_spared(
    down: Outside,
) -> None:
    await down.faults(mail={"temp_fail_next": 1})
    await down.set_policy("notify.critical", first_minutes=3)
    await tell(down, "critical")
    await pass_by(down, 3.01)
    assert await told_as_well(down) == [down.world.department_head]
    await down.faults(wecom={"unavailable": False})
    await down.db.execute("UPDATE message SET next_at = $1 WHERE stand_in_for_id IS NULL", down.clock.now())
    await down.drain()
    await pass_by(down, 20)
    assert (len(await down.phone("reporter")), await mailed(down)) == (1, (0, 0))


async def test_message_that_a_head_was_told_as_well_is_no_dead_letter_in_the_end(down: Outside) -> None:
    await tell(down, "urgent")
    await pass_by(down, 11)
    await down.live(timedelta(hours=5))
    found = await down.db.fetch("SELECT state FROM message ORDER BY id")
    assert [row["state"] for row in found] == ["withdrawn", "sent"]
    assert await mailed(down) == (1, 0)


async def test_head_is_told_at_once_where_the_provider_takes_no_more_for_longer_than_it_may_wait(
    down: Outside,
) -> None:
    await down.faults(reset=True)
    down.budgets = {"wecom": (Budget(1, timedelta(hours=4)),)}
    down.notifier = down.process()
    await tell(down, "notice")
    await tell(down, "urgent")
    assert await mailed(down) == (1, 0)


async def test_what_is_for_information_concerns_the_person_alone(down: Outside) -> None:
    await down.set_policy("notify.info", first_minutes=3)
    await tell(down, "info")
    await pass_by(down, 60)
    assert await mailed(down) == (0, 0)
