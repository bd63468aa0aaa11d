"""What is for information waits for the hour that its reader chose, and is told then in one message."""

from datetime import UTC, datetime, timedelta

import pytest

from notifier.noise.digest_hour import next_one, time_of
from notifier.noise.told_together import Rounds
from tests.support.outside import Outside

TO_FIVE = timedelta(hours=8)  # the tests' clock begins at 09:00 in Shanghai
HOUR = timedelta(hours=1)
CHOSEN = """
INSERT INTO notice_preference (person_id, digest_at, quiet_from, quiet_to, set_at) VALUES ($1, $2, $3, $4, $5)
"""


async def choose(around: Outside, *quiet: str) -> None:
    begin, end = quiet or (None, None)
    await around.db.execute(CHOSEN, around.world.reporter, "17:00", begin, end, around.clock.now())


async def informed(around: Outside, times: int) -> None:
    """So often something for the reporter's information, and nothing else, is taken up."""
    for _ in range(times):
        await around.report()
    await around.db.execute("DELETE FROM message WHERE person_id <> $1", around.world.reporter)
    await around.db.execute("UPDATE message SET severity = 'info'")
    await around.drain()


async def told(around: Outside) -> list[str]:
    """What is on the phone after a few rounds of everything."""
    for _ in range(2):
        await Rounds(around.db, around.clock).run_due()
        await around.drain()
    return await around.titles("reporter")


async def states(around: Outside) -> list[str]:
    return [row["message_state"] for row in await around.ledger("reporter")]


@pytest.mark.parametrize(("now", "days"), [("16:59", 0), ("17:00", 1), ("23:00", 1)])
def test_hour_of_the_digest_is_the_next_one_in_shanghai(now: str, days: int) -> None:
    hour, at = time_of(now), time_of("17:00")
    assert hour is not None
    assert at is not None
    here = datetime(2026, 3, 2, hour.hour, hour.minute, tzinfo=UTC) - 8 * HOUR
    assert next_one(at, here) == datetime(2026, 3, 2 + days, 9, 0, tzinfo=UTC)


async def test_what_is_for_information_is_told_in_one_message_at_the_chosen_hour(around: Outside) -> None:
    await choose(around)
    await informed(around, 2)
    around.clock.forward(TO_FIVE - timedelta(minutes=5))
    await informed(around, 1)
    assert await told(around) == []
    held = await around.db.fetch("SELECT held, next_at FROM message")
    assert {tuple(row) for row in held} == {("digest", around.clock.now() + timedelta(minutes=5))}
    around.clock.forward(timedelta(minutes=5))
    assert await told(around) == ["3 messages for your information"]
    assert await states(around) == ["bundled"] * 3 + ["sent"]


async def test_one_alone_goes_out_as_it_is_and_what_became_untrue_is_withdrawn(around: Outside) -> None:
    await choose(around)
    await informed(around, 2)
    await around.db.execute(
        "UPDATE message SET valid_while = 99 WHERE id = (SELECT max(id) FROM message WHERE state = 'queued')"
    )
    around.clock.forward(TO_FIVE)
    (title,) = await told(around)
    assert "messages" not in title
    assert await states(around) == ["sent", "withdrawn"]


async def test_hour_that_passed_while_the_service_was_down_is_made_up_for(around: Outside) -> None:
    await choose(around)
    await informed(around, 2)
    around.clock.forward(TO_FIVE + 30 * HOUR)
    assert await told(around) == ["2 messages for your information"]


async def test_without_any_round_they_go_out_one_by_one(around: Outside) -> None:
    await choose(around)
    await informed(around, 2)
    around.clock.forward(TO_FIVE)
    await around.drain()
    assert await around.titles("reporter") == []
    around.clock.forward(timedelta(minutes=2))
    await around.drain()
    assert await states(around) == ["sent", "sent"]


async def test_hour_within_quiet_hours_delays_by_these_alone(around: Outside) -> None:
    await choose(around, "16:00", "18:00")
    await informed(around, 1)
    around.clock.forward(TO_FIVE)
    assert await told(around) == []
    around.clock.forward(HOUR)
    assert len(await told(around)) == 1


async def test_hour_of_the_house_holds_for_information_alone(around: Outside) -> None:
    await around.set_policy("notify.digest", once_a_day=True, hour=17)
    await informed(around, 1)
    assert await told(around) == []
    await around.report()
    await around.db.execute("UPDATE message SET severity = 'notice' WHERE held = ''")
    await around.drain()
    assert (len(await told(around)), len(await around.phone("engineer"))) == (1, 1)
    around.clock.forward(TO_FIVE)
    assert len(await told(around)) == 2
