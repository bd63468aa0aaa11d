"""Many alarms at once become one message to each person, until it is calm."""

from datetime import timedelta
from typing import Any

import pytest

from notifier.noise.storms import Storms
from notifier.router import Rules
from tests.support.outside import HEADS, Outside
from workflows.actor import SYSTEM_ACTOR
from workflows.engine import Outcome, Place

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


async def kinds_told(around: Outside) -> list[tuple[str, str]]:
    return [(row["kind"], row["message_state"]) for row in await around.ledger("engineer")]


async def burst(around: Outside, first: int = 0) -> None:
    for number in range(first, first + MANY):
        await raise_alarm(around, number)
    await around.live(timedelta(seconds=15))


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


async def test_what_follows_joins_the_storm(storming: Outside) -> None:
    await burst(storming)
    await raise_alarm(storming, 99)
    await storming.live(timedelta(seconds=15))
    assert len(await storming.phone("engineer")) == 1
    assert (await kinds_told(storming)).count(("alarm.alarm", "bundled")) == MANY + 1


async def test_storm_says_when_it_is_over_and_what_is_left(storming: Outside) -> None:
    await burst(storming)
    storms = Storms(storming.db, Rules({}, HEADS, ("alarm",)), storming.clock, storming.clock)
    await storms.run_due()
    assert len(await storming.phone("engineer")) == 1
    storming.clock.forward(timedelta(minutes=11))
    await storms.run_due()
    await storms.run_due()
    await storming.drain()
    assert [title.split(":")[0] for title in (await storming.titles("engineer"))[1:]] == ["It is calm again"]
    assert f"{MANY} of them are not closed" in str((await storming.phone("engineer"))[1]["body"])


async def test_alarm_after_the_storm_is_told_by_itself_again(storming: Outside) -> None:
    await burst(storming)
    storming.clock.forward(timedelta(minutes=11))
    await Storms(storming.db, Rules({}, HEADS, ("alarm",)), storming.clock, storming.clock).run_due()
    await raise_alarm(storming, 99)
    await storming.drain()
    assert (await kinds_told(storming))[-1] == ("alarm.alarm", "sent")


async def test_a_few_slow_ones_are_no_storm(storming: Outside) -> None:
    for number in range(4):
        await raise_alarm(storming, number)
        await storming.live(timedelta(seconds=10))
    assert [kind for kind, _ in await kinds_told(storming)] == ["alarm.alarm"] * 4


async def test_storm_goes_on_and_says_so_at_the_policys_interval(storming: Outside) -> None:
    storms = Storms(storming.db, Rules({}, HEADS, ("alarm",)), storming.clock, storming.clock)
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
