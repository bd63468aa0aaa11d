"""What a batch goes by is kept between batches, and never after it was changed."""

from datetime import timedelta

from notifier.plain import Plain
from tests.support.clocks import FixedClock
from tests.support.outside import Outside

ALL = ["info", "notice", "urgent", "critical"]


async def tell_reporter(around: Outside) -> None:
    await around.report_to_reporter()
    await around.drain()


async def test_policy_that_was_set_between_two_batches_holds_for_the_second(around: Outside) -> None:
    await tell_reporter(around)
    await around.set_policy("notify.info", first="email")
    await tell_reporter(around)
    assert len(await around.phone("reporter")) == 1
    assert len(await around.mails("reporter")) == 1


async def test_account_that_was_changed_between_two_batches_is_used_as_it_is_now(around: Outside) -> None:
    await tell_reporter(around)
    nowhere = {"base_url": "http://127.0.0.1:9"}
    await around.db.execute(
        "UPDATE channel_account SET settings = settings || $1 WHERE kind = 'wecom'", nowhere
    )
    await tell_reporter(around)
    assert [line["state"] for line in await around.ledger("reporter")] == ["accepted", "waiting"]


async def test_policies_are_read_again_for_a_newer_one_and_now_and_then(around: Outside) -> None:
    clock = FixedClock()
    plain = Plain({}, clock)
    async with around.db.connection() as connection:
        assert await plain.severities(connection) == ALL
        await around.set_policy("notify.info", first="email")
        assert await plain.severities(connection) == ALL
        assert await plain.severities(connection, newest=1) == ALL[1:]
        await around.set_policy("notify.urgent", first="email")
        clock.forward(timedelta(seconds=1.1))
        assert await plain.severities(connection) == ["notice", "critical"]
