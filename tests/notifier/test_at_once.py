"""One message that goes several ways at once: each has its delivery, and none waits for another."""

from datetime import timedelta

from storage.spread import Spread, Ways
from tests.support.outside import Outside

MINUTE = timedelta(minutes=1)
DOWN = {"unavailable": True}


async def one(around: Outside, ways: Ways = Ways.ALL, severity: str = "urgent") -> int:
    """One message to the engineer, who has WeCom and mail; its id."""
    await around.report()
    engineer = around.world.engineer
    await around.db.execute("DELETE FROM message WHERE person_id <> $1", engineer)
    row = await around.db.fetchrow(
        "UPDATE message SET variables = variables || $1::jsonb, severity = $2 RETURNING id",
        Spread(ways=ways).variables,
        severity,
    )
    assert row is not None
    return int(row["id"])


async def ledger(around: Outside, message: int) -> tuple[str, dict[str, str]]:
    """The message's state, and that of its delivery on each channel."""
    rows = await around.db.fetch(
        "SELECT m.state AS message, d.channel, d.state FROM message m LEFT JOIN delivery d ON d.message_id = m.id "
        "WHERE m.id = $1 ORDER BY d.id",
        message,
    )
    return rows[0]["message"], {row["channel"]: row["state"] for row in rows}


async def heard(around: Outside) -> tuple[int, int]:
    return len(await around.phone("engineer")), len(await around.mails("engineer"))


async def test_all_ways_take_it_at_once_and_it_is_one_message(around: Outside) -> None:
    message = await one(around)
    await around.drain()
    assert await heard(around) == (1, 1)
    assert await ledger(around, message) == ("sent", {"wecom": "accepted", "email": "accepted"})
    await around.live(60 * MINUTE)
    assert await heard(around) == (1, 1)


async def test_a_channel_that_is_down_holds_up_neither_the_other_nor_what_comes_later(
    around: Outside,
) -> None:
    await around.faults(wecom=DOWN)
    message = await one(around)
    await around.drain()
    assert await heard(around) == (0, 1)
    assert await ledger(around, message) == ("queued", {"wecom": "waiting", "email": "accepted"})
    await around.db.execute(
        "INSERT INTO message (created_at, case_id, case_version, kind, severity, person_id, lane, variables, next_at) "
        "SELECT created_at, case_id, case_version, 'repair.triage_waits', 'notice', person_id, lane, "
        "variables - 'spread', created_at FROM message WHERE id = $1",
        message,
    )
    await around.db.execute(
        "UPDATE contact_point SET rank = 0 WHERE person_id = $1 AND rank = 2", around.world.engineer
    )
    await around.drain()
    assert (await heard(around))[1] == 2
    await around.faults(wecom={"unavailable": False})
    await around.live(30 * MINUTE)
    assert await heard(around) == (1, 2)
    assert (await ledger(around, message))[0] == "sent"


async def test_who_has_one_channel_alone_is_reached_by_it(around: Outside) -> None:
    await around.db.execute(
        "DELETE FROM contact_point WHERE person_id = $1 AND rank = 2", around.world.engineer
    )
    message = await one(around, Ways.TWO)
    await around.drain()
    assert await ledger(around, message) == ("sent", {"wecom": "accepted"})


async def test_where_every_way_refuses_the_head_is_told_instead(around: Outside) -> None:
    engineer = around.world.engineer
    await around.db.execute("DELETE FROM contact_point WHERE person_id = $1 AND rank = 2", engineer)
    await around.db.execute("UPDATE contact_point SET address = 'gone' WHERE person_id = $1", engineer)
    message = await one(around)
    await around.drain()
    assert len(await around.phone("head")) + len(await around.phone("department_head")) == 1
    assert (await ledger(around, message))[0] == "sent"


async def test_acknowledged_on_one_channel_it_is_known_on_all(around: Outside) -> None:
    await around.faults(wecom=DOWN)
    message = await one(around)
    await around.drain()
    await around.db.execute(
        "UPDATE message SET acknowledged_at = $1 WHERE id = $2", around.clock.now(), message
    )
    await around.faults(wecom={"unavailable": False})
    await around.live(30 * MINUTE)
    assert await heard(around) == (0, 1)
    assert (await ledger(around, message))[0] == "sent"


async def test_killed_between_two_ways_each_of_them_is_made_good(around: Outside) -> None:
    message = await one(around)
    around.dies.points = ["notifier.accepted"]
    await around.drain()
    assert (await ledger(around, message))[0] == "queued"
    await around.live(30 * MINUTE)
    state, ways = await ledger(around, message)
    assert state == "sent"
    assert set(ways.values()) == {"accepted"}
    assert min(await heard(around)) >= 1
