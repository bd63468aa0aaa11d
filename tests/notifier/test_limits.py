"""What an address and a token bear."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.outside import Outside

MINUTE = timedelta(minutes=1)


async def many_reports(around: Outside, count: int) -> None:
    for number in range(count):
        await around.report(f"fault {number}")
    await around.db.execute("DELETE FROM message WHERE person_id <> $1", around.world.reporter)


async def test_more_than_an_address_takes_waits_and_nothing_is_dropped(around: Outside) -> None:
    await many_reports(around, 31)
    await around.drain()
    assert len(await around.phone("reporter")) == 28
    await around.live(MINUTE)
    member = await around.member("reporter")
    assert (len(member["messages"]), member["dropped"]) == (31, 0)


async def test_two_processes_share_one_budget(around: Outside) -> None:
    await many_reports(around, 40)
    await asyncio.gather(around.drain(), around.process().dispatcher.drain())
    member = await around.member("reporter")
    assert (len(member["messages"]), member["dropped"]) == (28, 0)


async def test_full_budget_of_one_address_holds_up_no_other(around: Outside) -> None:
    await many_reports(around, 30)
    await around.drain()
    await around.report("the last")
    await around.drain()
    assert len(await around.phone("engineer")) == 1
    assert len(await around.phone("reporter")) == 28


async def test_waiting_for_the_budget_is_no_failed_try(around: Outside) -> None:
    await many_reports(around, 29)
    await around.live(MINUTE)
    rows = await around.ledger("reporter")
    assert {(row["state"], row["tries"], row["maybe_twice"]) for row in rows} == {("accepted", 1, False)}


@pytest.mark.parametrize("order", ["invalidate_token_now", "expire_token_now"])
async def test_token_that_dies_inside_a_batch_is_not_noticed(around: Outside, order: str) -> None:
    await many_reports(around, 3)
    await around.drain()
    await around.faults(wecom={order: True})
    await around.report("after the token's death")
    await around.drain()
    assert {row["tries"] for row in await around.ledger()} == {1}
    assert len(await around.phone("reporter")) == 4


async def test_token_is_renewed_when_its_time_is_over(around: Outside) -> None:
    await around.report()
    await around.drain()
    around.clock.forward(timedelta(hours=3))
    await around.report("three hours later")
    await around.drain()
    assert {row["tries"] for row in await around.ledger()} == {1}
    assert len(await around.phone("reporter")) == 2
