"""Processes side by side, and leases that run out under a try."""

import asyncio
from datetime import timedelta

from notifier.dispatcher import LEASE
from storage import deliveries, outbox
from tests.support.mishaps import Paused
from tests.support.outside import Outside


async def test_two_dispatchers_send_each_message_once(around: Outside) -> None:
    for number in range(8):
        await around.report(f"fault {number}")
    other = around.process()
    await asyncio.gather(around.drain(), other.dispatcher.drain())
    assert [len(await around.phone(user)) for user in ("reporter", "engineer")] == [8, 8]
    assert {row["tries"] for row in await around.ledger()} == {1}
    assert [app["duplicates_suppressed"] for app in (await around.state())["apps"]] == [0, 0]


async def test_slow_try_is_protected_by_its_lease(around: Outside) -> None:
    await around.report_to_reporter()
    slow = Paused(around.channels["wecom"])
    first, second = around.process(wecom=slow), around.process()
    await first.dispatcher.start_due()
    await slow.stopped.wait()
    assert await second.dispatcher.drain() == 0
    slow.go_on.set()
    await first.dispatcher.settle()
    assert len(await around.phone("reporter")) == 1


async def test_failure_noted_after_the_lease_undoes_nothing(around: Outside) -> None:
    await around.report_to_reporter()
    stalled = Paused(around.channels["wecom"])
    first, second = around.process(wecom=stalled), around.process()
    await first.dispatcher.start_due()
    await stalled.stopped.wait()
    around.clock.forward(LEASE)
    await second.dispatcher.drain()
    await around.faults(wecom={"errcode": 60020, "errcode_times": 1})
    stalled.go_on.set()
    await first.dispatcher.settle()
    (row,) = await around.ledger("reporter")
    assert (row["message_state"], row["state"], row["maybe_twice"]) == ("sent", "accepted", True)
    assert await around.drain() == 0


async def test_failure_noted_after_the_lease_shortens_no_one_else_s_wait(around: Outside) -> None:
    await around.report_to_reporter()
    stalled = Paused(around.channels["wecom"])
    first, second = around.process(wecom=stalled), around.process()
    await first.dispatcher.start_due()
    await stalled.stopped.wait()
    around.clock.forward(LEASE)
    await around.faults(wecom={"errcode": 45009, "errcode_times": 1})
    await second.dispatcher.drain()
    due = await around.next_due()
    await around.faults(wecom={"errcode": 60020, "errcode_times": 1})
    stalled.go_on.set()
    await first.dispatcher.settle()
    assert await around.next_due() == due
    assert [row["state"] for row in await around.ledger("reporter")] == ["waiting"]


async def test_acceptance_noted_after_the_lease_counts(around: Outside) -> None:
    await around.report_to_reporter()
    stalled = Paused(around.channels["wecom"], before=False)
    first, second = around.process(wecom=stalled), around.process()
    await first.dispatcher.start_due()
    await stalled.stopped.wait()
    around.clock.forward(LEASE)
    await around.faults(wecom={"errcode": -1, "errcode_times": 1})
    await second.dispatcher.drain()
    stalled.go_on.set()
    await first.dispatcher.settle()
    (row,) = await around.ledger("reporter")
    assert (row["message_state"], row["state"]) == ("sent", "accepted")
    await around.live(timedelta(hours=1))
    assert len(await around.phone("reporter")) == 1


async def test_claim_that_came_too_late_to_its_turn_begins_nothing(around: Outside) -> None:
    await around.report_to_reporter()
    (late,) = await outbox.claim(around.db, around.clock.now(), LEASE, 1)
    around.clock.forward(LEASE)
    await around.drain()
    await around.notifier.sender.send(late)
    (row,) = await around.ledger("reporter")
    assert (row["tries"], row["maybe_twice"]) == (1, False)


async def test_lease_that_a_try_could_outlast_is_not_used(around: Outside) -> None:
    await around.report_to_reporter()
    (claimed,) = await outbox.claim(around.db, around.clock.now(), LEASE, 1)
    around.clock.forward(timedelta(seconds=60))
    await around.notifier.sender.send(claimed)
    assert await around.phone("reporter") == []
    await around.live(timedelta(seconds=60))
    assert len(await around.phone("reporter")) == 1


async def test_two_holders_of_one_message_freeze_it_once(around: Outside) -> None:
    await around.report_to_reporter()
    (first,) = await outbox.claim(around.db, around.clock.now(), LEASE, 1)
    around.clock.forward(LEASE)
    (second,) = await outbox.claim(around.db, around.clock.now(), LEASE, 1)
    await asyncio.gather(*map(around.notifier.sender.send, (first, second, first)))
    (row,) = await around.ledger("reporter")
    assert (row["state"], row["tries"]) == ("accepted", 1)


async def test_message_sent_again_is_safe_from_the_process_that_gave_it_up(around: Outside) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE rank = 2")
    await around.report_to_reporter()
    stalled = Paused(around.channels["wecom"])
    first, second = around.process(wecom=stalled), around.process()
    await first.dispatcher.start_due()
    await stalled.stopped.wait()
    around.clock.forward(LEASE)
    await around.faults(wecom={"errcode": 60020, "errcode_times": 2})
    await second.dispatcher.drain()
    (dead,) = await around.ledger("reporter")
    assert await around.send_again(dead["message"])
    stalled.go_on.set()
    await first.dispatcher.settle()
    await around.drain()
    assert [row["state"] for row in await around.ledger("reporter")] == ["superseded", "accepted"]
    assert len(await around.phone("reporter")) == 1


async def test_two_administrators_send_a_dead_letter_again_once(around: Outside) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE person_id = $1", around.world.reporter)
    await around.report_to_reporter()
    await around.drain()
    (dead,) = await around.ledger("reporter")
    twice = (around.send_again(dead["message"]) for _ in range(2))
    assert sorted(await asyncio.gather(*twice)) == [False, True]


async def test_late_acceptance_and_the_next_try_do_not_lock_each_other_out(around: Outside) -> None:
    await around.report_to_reporter()
    stalled = Paused(around.channels["wecom"], before=False)
    first = around.process(wecom=stalled)
    await first.dispatcher.start_due()
    await stalled.stopped.wait()
    around.clock.forward(LEASE)
    (second,) = await outbox.claim(around.db, around.clock.now(), LEASE, 1)
    async with around.db.transaction() as tx:
        assert await outbox.hold(tx, second, around.clock.now())
        stalled.go_on.set()
        await somebody_waits_for_a_lock(around)
        delivery = await deliveries.open_delivery(tx, second)
        assert delivery
        await deliveries.begin_try(tx, delivery, around.clock.now())
    await first.dispatcher.settle()
    (row,) = await around.ledger("reporter")
    assert (row["message_state"], row["state"], row["maybe_twice"]) == ("sent", "accepted", True)


async def somebody_waits_for_a_lock(around: Outside) -> None:
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(10):
        while await around.db.fetchrow(waits) is None:  # noqa: ASYNC110 - the server tells nobody of its locks
            await asyncio.sleep(0.01)
