"""Many alarms at once become one message to each person, until it is calm."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from notifier.noise.storms import Storms
from notifier.router import Rules
from storage import acknowledgements, directory
from storage import storms as stored
from storage.access import own_notices
from storage.database import Database
from tests.notifier.test_leases import somebody_waits_for_a_lock
from tests.support.outside import HEADS, Outside
from workflows.acknowledging import Acknowledged, Acknowledging
from workflows.actor import SYSTEM_ACTOR, Door
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks, Outcome, Place
from workflows.registry import all_workflows

MANY = 5


@pytest.fixture
def storming(around: Outside) -> Outside:
    around.storms = ("alarm",)
    around.notifier = around.process()
    return around


async def raise_alarm(around: Outside, number: int) -> Outcome:
    form: dict[str, Any] = {
        "metric": "room_temperature",
        "unit": "°C",
        "side": "high",
        "value": 30 + number / 10,
        "limit_value": 28,
        "at": around.clock.now(),
    }
    place = Place(around.world.department, around.world.device)
    return await around.engine.open(
        "alarm", "alarm", SYSTEM_ACTOR, form, place=place, idempotency_key=f"alarm-{number}"
    )


async def raised(around: Outside, count: int, apart: timedelta = timedelta()) -> list[Outcome]:
    cases = []
    for number in range(count):
        cases.append(await raise_alarm(around, number))
        around.clock.forward(apart)
    return cases


async def clear(around: Outside, case: Outcome) -> None:
    """The value is as it should be again."""
    await around.engine.act(
        case.case_id,
        "clear",
        SYSTEM_ACTOR,
        {"value": 21.0, "at": around.clock.now()},
        seen_version=case.version,
        idempotency_key=f"clear-{case.case_id}",
    )


def rounds(around: Outside) -> Storms:
    return Storms(around.db, Rules({}, HEADS, ("alarm",)), around.clock, around.clock)


async def kinds_told(around: Outside) -> list[tuple[str, str]]:
    return [(row["kind"], row["message_state"]) for row in await around.ledger("engineer")]


async def burst(around: Outside) -> list[Outcome]:
    cases = await raised(around, MANY)
    await around.live(timedelta(seconds=15))
    return cases


async def test_single_alarm_is_told_by_itself(storming: Outside) -> None:
    await raise_alarm(storming, 1)
    await storming.drain()
    assert await kinds_told(storming) == [("alarm.alarm", "sent")]


async def test_many_at_once_are_told_in_one_message_with_their_number_and_a_link(storming: Outside) -> None:
    await burst(storming)
    told = await kinds_told(storming)
    assert told == [("alarm.alarm", "bundled")] * MANY + [("storm.began", "sent")]
    (card,) = await storming.phone("engineer")
    assert card["body"]["main_title"]["title"].startswith(f"{MANY} alarms at once")
    assert "/me/storms/" in str(card["body"])
    row = await storming.db.fetchrow(
        "SELECT due_at < next_at AS presses FROM message WHERE kind = 'storm.began'"
    )
    assert row is not None
    assert row["presses"], "it goes before a backlog"


async def test_what_follows_joins_the_storm(storming: Outside) -> None:
    await burst(storming)
    await raise_alarm(storming, 99)
    await storming.live(timedelta(seconds=15))
    assert len(await storming.phone("engineer")) == 1
    assert (await kinds_told(storming)).count(("alarm.alarm", "bundled")) == MANY + 1


async def test_storm_says_when_it_is_over_and_what_is_left(storming: Outside) -> None:
    await burst(storming)
    storms = rounds(storming)
    await storms.run_due()
    assert len(await storming.phone("engineer")) == 1
    storming.clock.forward(timedelta(minutes=11))
    await storms.run_due()
    await storms.run_due()
    await storming.drain()
    assert [title.split(":")[0] for title in (await storming.titles("engineer"))[1:]] == ["Alarm storm over"]
    assert f"{MANY} of them are not closed" in str((await storming.phone("engineer"))[1]["body"])


async def test_alarm_after_the_storm_is_told_by_itself_again(storming: Outside) -> None:
    await burst(storming)
    storming.clock.forward(timedelta(minutes=11))
    await rounds(storming).run_due()
    await raise_alarm(storming, 99)
    await storming.drain()
    assert (await kinds_told(storming))[-1] == ("alarm.alarm", "sent")


async def test_a_few_slow_ones_are_no_storm(storming: Outside) -> None:
    for number in range(4):
        await raise_alarm(storming, number)
        await storming.live(timedelta(seconds=10))
    assert [kind for kind, _ in await kinds_told(storming)] == ["alarm.alarm"] * 4


async def test_storm_goes_on_and_says_so_at_the_policys_interval(storming: Outside) -> None:
    storms = rounds(storming)
    await burst(storming)
    for number in range(100, 107):
        storming.clock.forward(timedelta(minutes=5))
        await raise_alarm(storming, number)
        await storms.run_due()
        await storming.drain()
    assert [kind for kind, state in await kinds_told(storming) if state == "sent"] == [
        "storm.began",
        "storm.goes_on",
    ]


async def test_news_of_many_alarms_is_told_together_and_rings_nowhere(storming: Outside) -> None:
    cases = await raised(storming, MANY, timedelta(minutes=2))
    await storming.drain()
    for case in cases:
        await clear(storming, case)
    await storming.live(timedelta(seconds=15))
    told = await kinds_told(storming)
    assert told[MANY:] == [("alarm.cleared", "bundled")] * MANY + [("storm.news", "sent")]
    row = await storming.db.fetchrow("SELECT severity, variables FROM message WHERE kind = 'storm.news'")
    assert row is not None
    assert (row["severity"], row["variables"]["count"]) == ("notice", MANY)


async def test_alarm_among_news_is_told_by_itself_and_news_end_without_a_word(storming: Outside) -> None:
    for case in await raised(storming, MANY, timedelta(minutes=2)):
        await storming.drain()
        await clear(storming, case)
    await storming.live(timedelta(seconds=15))
    await raise_alarm(storming, 99)
    await storming.live(timedelta(seconds=15))
    assert (await kinds_told(storming))[-1] == ("alarm.alarm", "sent")
    storming.clock.forward(timedelta(minutes=11))
    await rounds(storming).run_due()
    assert await stored.all_going_on(storming.db) == []
    assert ("storm.over", "queued") not in await kinds_told(storming)


async def test_case_counts_once_whatever_is_told_of_it(storming: Outside) -> None:
    for case in await burst(storming):
        await clear(storming, case)
    await storming.live(timedelta(seconds=15))
    assert (await kinds_told(storming)).count(("alarm.cleared", "bundled")) == MANY
    assert {storm.count for storm in await stored.all_going_on(storming.db)} == {MANY}


@pytest.mark.parametrize("left", [0, 1])
async def test_storm_escalates_as_long_as_an_alarm_of_it_is_left(storming: Outside, left: int) -> None:
    await storming.set_policy("notify.critical", first="wecom", first_minutes=2, acknowledged=True)
    for case in (await burst(storming))[left:]:
        await clear(storming, case)
    storming.clock.forward(timedelta(minutes=2))
    await storming.escalate()
    assert len(await storming.mails("engineer")) == left


async def test_alarms_that_waited_while_the_service_was_down_are_a_storm_too(storming: Outside) -> None:
    await raised(storming, 12, timedelta(seconds=4))
    storming.clock.forward(timedelta(minutes=10))
    await storming.live(timedelta(seconds=15))
    assert (await kinds_told(storming)).count(("storm.began", "sent")) == 1
    (title,) = await storming.titles("engineer")
    assert title in {f"12 alarms at once, since 09:0{minute}" for minute in (0, 1)}


async def test_a_few_that_are_dealt_with_late_are_no_storm(storming: Outside) -> None:
    await raised(storming, 3, timedelta(seconds=15))
    await storming.drain()
    assert await kinds_told(storming) == [("alarm.alarm", "sent")] * 3


async def test_word_of_a_storm_waits_for_whoever_decides_about_its_messages(storming: Outside) -> None:
    await burst(storming)
    await raise_alarm(storming, 99)
    storming.clock.forward(timedelta(minutes=31))
    async with storming.db.transaction() as tx:
        await stored.lock(tx, storming.world.engineer, "alarm")
        saying = asyncio.create_task(rounds(storming).run_due())
        await somebody_waits_for_a_lock(storming)
        storm = await stored.going_on(tx, storming.world.engineer, "alarm")
        assert storm is not None
    await saying


async def test_storm_of_somebody_whom_nothing_reaches_is_told_to_and_acknowledged_by_another(
    storming: Outside,
) -> None:
    await raised(storming, MANY)
    await storming.db.execute("DELETE FROM contact_point WHERE person_id = $1", storming.world.engineer)
    await storming.live(timedelta(seconds=15))
    row = await storming.db.fetchrow(
        "SELECT m.id, m.person_id, s.id AS storm FROM storm s JOIN message m ON m.id = s.message_id "
        "WHERE s.person_id = $1",
        storming.world.engineer,
    )
    assert row is not None
    assert row["person_id"] != storming.world.engineer
    async with storming.db.connection() as connection:
        viewer = await directory.viewer_of(connection, row["person_id"], storming.clock.now())
    assert viewer is not None
    assert len((await own_notices.storm(storming.db, viewer, row["storm"])).cases) == MANY
    assert len(await acknowledgements.open_of_storm(storming.db, row["id"], ["alarm.alarm"])) == MANY


async def test_storm_that_cannot_be_delivered_is_told_to_another_as_well(storming: Outside) -> None:
    await storming.db.execute("DELETE FROM contact_point WHERE rank = 2")
    await storming.faults(wecom={"unavailable": True})
    await burst(storming)
    await storming.db.execute("DELETE FROM message WHERE person_id <> $1", storming.world.engineer)
    await storming.live(timedelta(minutes=10))
    await storming.faults(reset=True)
    await storming.live(timedelta(minutes=1))
    (card,) = await storming.phone("head")
    assert "5 alarms at once" in str(card)
    assert await storming.phone("engineer") == [], (
        "the lane is one and the same, yet nobody waits for the other"
    )


async def test_card_of_a_storm_that_was_acknowledged_elsewhere_says_so(storming: Outside) -> None:
    await burst(storming)
    row = await storming.db.fetchrow(
        "SELECT id FROM message WHERE kind = 'storm.began' AND person_id = $1", storming.world.engineer
    )
    assert row is not None
    clocks = Clocks(storming.clock, storming.clock, Calendar(ChineseWorkingDays({}, 2026)))
    desk = Acknowledging(storming.db, storming.engine, all_workflows(), clocks)
    assert await desk.acknowledge(row["id"], Door.MAIL) is Acknowledged.NOTED
    assert await storming.notifier.decided.run_due() == 1
    (card,) = await storming.phone("engineer")
    assert card["updates"]
    assert "acknowledged all" in str(card)


async def test_many_that_wait_for_one_decision_leave_connections_to_others(
    storming: Outside, database_url: str
) -> None:
    await raised(storming, 2 * MANY)
    async with Database.open(database_url, max_size=3, acquire_timeout_s=1) as few:
        dispatcher = storming.process(db=few).dispatcher
        async with storming.db.transaction() as tx:
            for person in (storming.world.engineer, storming.world.second_engineer):
                await stored.lock(tx, person, "alarm")
            await dispatcher.start_due()
            await somebody_waits_for_a_lock(storming)
            assert await few.fetchrow("SELECT 1"), "two people's decisions take two connections"
        await dispatcher.settle()
