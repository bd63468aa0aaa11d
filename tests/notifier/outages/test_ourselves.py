"""Our own deaths and a database that goes away: what was in flight is marked, and nothing else comes twice."""

import asyncio
from pathlib import Path

import pytest

from notifier.dispatcher import LEASE
from storage import outbox
from storage.database import Database, DatabaseAway
from storage.migrate import migrate
from tests.support.embedded import server_in
from tests.support.gate import gate_to
from tests.support.mishaps import Paused
from tests.support.outages import everybody_was_told_once, marked, nothing_is_lost, reports, told
from tests.support.outside import Outside, outside

DEATHS = 4


async def deaths(around: Outside, point: str) -> None:
    """Deaths at that point, one after the other, while much is to be sent."""
    await reports(around, 6)
    around.dies.points = [point] * DEATHS
    await around.drain()
    await around.live(2 * LEASE)


async def test_deaths_between_acceptance_and_note_where_the_provider_knows_what_it_had(
    around: Outside,
) -> None:
    await deaths(around, "notifier.accepted")
    await everybody_was_told_once(around)
    assert await marked(around) == DEATHS


async def test_deaths_between_acceptance_and_note_where_it_does_not(around: Outside) -> None:
    await around.faults(wecom={"duplicate_check_off": True, "task_id_reuse_allowed": True})
    await deaths(around, "notifier.accepted")
    await nothing_is_lost(around)
    arrived = sum(sum(counts.values()) for counts in (await told(around)).values())
    messages = len({row["message"] for row in await around.ledger()})
    assert messages < arrived <= messages + DEATHS
    assert await marked(around) == DEATHS


@pytest.mark.parametrize("point", ["notifier.frozen", "notifier.noted"])
async def test_deaths_before_and_after_a_try(around: Outside, point: str) -> None:
    await deaths(around, point)
    await everybody_was_told_once(around)


async def test_postgresql_that_is_stopped_and_started_again_while_much_is_sent(quick_folder: Path) -> None:
    server = server_in(quick_folder / "restarted")
    dsn = await server.start()
    try:
        await migrate(dsn)
        async with outside(dsn) as around:
            await reports(around, 6)
            sending = Paused(around.channels["wecom"], before=False)
            process = around.process(wecom=sending)
            await process.dispatcher.start_due()
            await sending.stopped.wait()
            await server.stop()
            sending.go_on.set()
            with pytest.raises(DatabaseAway):
                await process.dispatcher.start_due()
            assert await server.start() == dsn
            await process.dispatcher.settle()
            assert await marked(around) == 0, "what was in flight is noted by now"
            await process.dispatcher.drain()
            around.clock.forward(LEASE)
            await process.dispatcher.drain()
            await everybody_was_told_once(around)
    finally:
        await server.stop()


async def test_connections_that_are_lost_twice_while_much_is_sent(database_url: str) -> None:
    async with (
        outside(database_url) as around,
        gate_to(database_url) as gate,
        Database.open(gate.dsn, acquire_timeout_s=0.5) as far,
    ):
        await reports(around, 12)
        process = around.process(db=far)
        for _ in range(2):
            await process.dispatcher.start_due()
            await gate.shut()
            with pytest.raises(DatabaseAway):
                await process.dispatcher.start_due()
            await gate.unlock()
            await process.dispatcher.settle()
            around.clock.forward(LEASE)
        await process.dispatcher.drain()
        await around.live(2 * LEASE)  # for what got no connection in half a second, on a busy machine
        await everybody_was_told_once(around)


async def test_message_whose_turn_found_no_connection_is_due_again_as_soon_as_there_is_one(
    around: Outside, database_url: str
) -> None:
    await around.report_to_reporter()
    (claimed,) = await outbox.claim(around.db, around.clock.now(), LEASE, 1)
    async with Database.open(database_url, max_size=1, acquire_timeout_s=0.1) as busy:
        async with busy.connection():
            trying = asyncio.create_task(around.process(db=busy).sender.send(claimed))
            await asyncio.sleep(0.3)
        await trying
    assert await around.drain() > 0, "its lease is over"
    await everybody_was_told_once(around)
    assert await marked(around) == 0


async def test_acceptance_that_finds_no_connection_is_noted_later_under_the_same_lease(
    around: Outside, database_url: str
) -> None:
    await around.report_to_reporter()
    sending = Paused(around.channels["wecom"], before=False)
    async with Database.open(database_url, max_size=1, acquire_timeout_s=0.1) as busy:
        process = around.process(db=busy, wecom=sending)
        await process.dispatcher.start_due()
        await sending.stopped.wait()
        async with busy.connection():
            sending.go_on.set()
            await asyncio.sleep(0.3)
        await process.dispatcher.settle()
    (row,) = await around.ledger("reporter")
    assert (row["message_state"], row["state"], row["maybe_twice"]) == ("sent", "accepted", False)
