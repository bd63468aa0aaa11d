"""Processes that die, stall or lose the database while they send, and processes side by side."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from notifier.dispatcher import LEASE
from storage.database import Database
from storage.kinds import Vocabulary
from tests.support.gate import gate_to
from tests.support.mishaps import Paused
from tests.support.outside import Outside, outside


async def test_process_killed_before_it_noted_the_acceptance_sends_the_same_again(around: Outside) -> None:
    await around.report_to_reporter()
    around.dies.points = ["notifier.accepted"]
    await around.drain()
    (before,) = await around.ledger("reporter")
    assert before["message_state"] == "queued"
    await around.live(LEASE)
    (after,) = await around.ledger("reporter")
    assert (after["message_state"], after["state"], after["maybe_twice"]) == ("sent", "accepted", True)
    assert (after["unique_id"], after["payload"]) == (before["unique_id"], before["payload"])
    assert len(await around.phone("reporter")) == 1, "WeCom's duplicate check knows it"


async def test_process_killed_before_the_lease_ends_is_not_followed_early(around: Outside) -> None:
    await around.report_to_reporter()
    around.dies.points = ["notifier.frozen"]
    await around.drain()
    await around.live(LEASE - timedelta(seconds=1))
    assert await around.phone("reporter") == []
    await around.live(timedelta(seconds=1))
    assert len(await around.phone("reporter")) == 1


async def test_process_killed_after_the_claim_leaves_the_messages_to_others(around: Outside) -> None:
    await around.report_to_reporter()
    around.dies.points = ["notifier.claimed"]
    with pytest.raises(asyncio.CancelledError):
        await around.drain()
    await around.live(LEASE)
    (row,) = await around.ledger("reporter")
    assert (row["message_state"], row["maybe_twice"]) == ("sent", False)


async def test_process_killed_after_the_note_sends_nothing_more(around: Outside) -> None:
    await around.report_to_reporter()
    around.dies.points = ["notifier.noted"]
    await around.drain()
    await around.live(2 * LEASE)
    (row,) = await around.ledger("reporter")
    assert (row["message_state"], row["tries"], row["maybe_twice"]) == ("sent", 1, False)


async def test_answer_that_was_lost_marks_the_next_try(around: Outside) -> None:
    await around.report_to_reporter()
    await around.faults(wecom={"accept_then_drop_connection": 1})
    await around.live(timedelta(seconds=5))
    (row,) = await around.ledger("reporter")
    assert (row["state"], row["tries"], row["maybe_twice"]) == ("accepted", 2, True)
    assert len(await around.phone("reporter")) == 1


async def test_mail_whose_answer_was_lost_comes_again_with_the_same_message_id(around: Outside) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE rank = 1")
    await around.report_to_reporter()
    await around.faults(mail={"disconnect_after_data": 1})
    await around.live(timedelta(seconds=5))
    first, second = await around.mails("reporter")
    assert first["headers"]["Message-ID"] == second["headers"]["Message-ID"]
    (row,) = await around.ledger("reporter")
    assert row["maybe_twice"]


async def test_card_known_beyond_the_hours_of_the_duplicate_check_counts_as_arrived(around: Outside) -> None:
    await around.awaiting_approval()
    around.dies.points = ["notifier.accepted"]
    await around.db.execute(
        "DELETE FROM message WHERE state = 'queued' AND person_id <> $1", around.world.head
    )
    await around.drain()
    around.clock.forward(timedelta(hours=5))
    await around.drain()
    (row,) = await around.ledger("head")
    assert (row["message_state"], row["state"], row["channel"]) == ("sent", "accepted", "wecom")
    assert len(await around.phone("head")) == 1
    assert await around.mails("head") == []


async def test_card_whose_id_is_refused_at_the_first_try_goes_to_mail(around: Outside) -> None:
    await around.report_to_reporter()
    await around.faults(wecom={"errcode": 42014, "errcode_times": 1})
    await around.drain()
    assert len(await around.mails("reporter")) == 1


async def test_database_lost_to_one_process_for_longer_than_a_lease_loses_nothing(database_url: str) -> None:
    async with (
        outside(database_url) as around,
        gate_to(database_url) as gate,
        Database.open(gate.dsn, acquire_timeout_s=0.5) as far,
    ):
        await around.report_to_reporter()
        sending = Paused(around.channels["wecom"], before=False)
        cut_off = around.process(db=far, wecom=sending)
        await cut_off.dispatcher.start_due()
        await sending.stopped.wait()
        await gate.shut()
        sending.go_on.set()
        around.clock.forward(LEASE)
        assert await around.drain() == 1, "another process goes on"
        await gate.unlock()
        await cut_off.dispatcher.settle()
        (row,) = await around.ledger("reporter")
        assert (row["message_state"], row["state"], row["maybe_twice"]) == ("sent", "accepted", True)
        assert len(await around.phone("reporter")) == 1


async def test_kind_of_a_newer_version_is_put_off_and_not_lost(around: Outside) -> None:
    await around.report_to_reporter()
    older = around.process(vocabulary=Vocabulary([], {}))
    await older.dispatcher.drain()
    (row,) = await around.ledger("reporter")
    assert (row["message_state"], row["id"]) == ("queued", None)
    await around.live(timedelta(minutes=1))
    assert len(await around.phone("reporter")) == 1


async def test_kind_that_no_version_knows_any_more_ends_as_a_dead_letter(around: Outside) -> None:
    await around.report_to_reporter()
    await around.db.execute("UPDATE message SET kind = 'repair.forgotten'")
    with capture_logs():  # fifty traces take longer to draw than all the rest
        await around.live(timedelta(hours=2))
        assert [row["message_state"] for row in await around.ledger("reporter")] == ["queued"]
        await around.live(timedelta(hours=12))
    assert [row["message_state"] for row in await around.ledger("reporter")] == ["dead"]
