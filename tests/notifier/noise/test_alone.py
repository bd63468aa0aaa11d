"""What is for lives is told by itself, also while other alarms are told in one message."""

from datetime import timedelta

import pytest

from tests.notifier.noise.test_storms import MANY, burst, kinds_told, raised
from tests.support.outside import Outside
from workflows.actor import SYSTEM_ACTOR
from workflows.engine import Outcome, Place
from workflows.registry import all_workflows


@pytest.fixture
def storming(around: Outside) -> Outside:
    around.storms = ("alarm",)
    around.notifier = around.process()
    return around


def test_lack_of_oxygen_and_a_quench_are_kinds_of_their_own() -> None:
    assert all_workflows().vocabulary().alone == {"alarm.keep_out", "alarm.quench"}


async def lack_of_oxygen(around: Outside) -> Outcome:
    form = {"metric": "oxygen", "unit": "%", "side": "low", "value": 18.0, "limit_value": 19.5}
    place = Place(around.world.department, around.world.device)
    return await around.engine.open(
        "alarm",
        "alarm",
        SYSTEM_ACTOR,
        {**form, "at": around.clock.now()},
        place=place,
        idempotency_key="oxygen",
    )


@pytest.mark.parametrize("first", [True, False])
async def test_lack_of_oxygen_is_told_by_itself_in_a_storm_as_well(storming: Outside, first: bool) -> None:
    """A number among many alarms does not keep anybody out of the room."""
    if first:
        await raised(storming, MANY)
        await lack_of_oxygen(storming)
        await storming.live(timedelta(seconds=15))
    else:
        await burst(storming)
        await lack_of_oxygen(storming)
        await storming.live(timedelta(seconds=1))
    told = await kinds_told(storming)
    assert ("alarm.keep_out", "sent") in told
    assert told.count(("alarm.alarm", "bundled")) == MANY
    assert "Do not enter" in str([card["body"] for card in await storming.phone("engineer")])
