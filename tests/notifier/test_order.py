"""Order within a case and person, and what has become untrue."""

import asyncio
from datetime import timedelta

from storage import outbox
from tests.support.outside import Outside

RECEIVED, HANDLED = "Your fault report was received", "Your report is being handled"


async def test_messages_of_a_case_keep_their_order_while_the_first_one_fails(around: Outside) -> None:
    case = await around.report()
    await around.triage(case)
    await around.faults(wecom={"errcode": -1, "errcode_times": 9})
    await around.drain()
    assert await around.titles("reporter") == []
    await around.faults(reset=True)
    await around.live(timedelta(minutes=1))
    assert await around.titles("reporter") == [RECEIVED, HANDLED]


async def test_other_lanes_are_not_held_up(around: Outside) -> None:
    await around.report()
    await around.faults(wecom={"errcode": -1, "errcode_times": 3})
    await around.drain()
    await around.faults(reset=True)
    await around.report("another fault")
    await around.drain()
    assert await around.titles("reporter") == [RECEIVED], "the second case's alone; no time has passed"


async def test_untrue_message_is_withdrawn_and_never_sent(around: Outside) -> None:
    case = await around.report()
    await around.triage(case)
    await around.drain()
    rows = [row for row in await around.ledger() if row["kind"] == "repair.please_triage"]
    assert [(row["message_state"], row["id"]) for row in rows] == [("withdrawn", None)] * 2
    assert all(row["reason"] == "The case had changed before it was sent." for row in rows)
    assert await around.titles("second_engineer") == []


async def test_message_that_becomes_untrue_between_two_tries_is_withdrawn(around: Outside) -> None:
    await around.faults(wecom={"errcode": -1, "errcode_times": 3})
    case = await around.report()
    await around.drain()
    await around.triage(case)
    await around.live(timedelta(hours=1))
    assert await around.titles("second_engineer") == []
    (row,) = await around.ledger("second_engineer")
    assert (row["message_state"], row["tries"]) == ("withdrawn", 1)


async def test_message_that_becomes_untrue_after_the_claim_is_not_begun(around: Outside) -> None:
    case = await around.report()
    claimed = await outbox.claim(around.db, around.clock.now(), timedelta(minutes=2), 9)
    await around.triage(case)
    await asyncio.gather(*map(around.notifier.sender.send, claimed))
    assert await around.titles("second_engineer") == []


async def test_message_without_a_condition_is_sent_however_late(around: Outside) -> None:
    case = await around.report()
    await around.triage(case)
    around.clock.forward(timedelta(days=3))
    await around.drain()
    assert await around.titles("reporter") == [RECEIVED, HANDLED]


async def test_frozen_payload_stays_the_same_though_names_change(around: Outside) -> None:
    await around.faults(wecom={"errcode": -1, "errcode_times": 9})
    await around.awaiting_approval()
    await around.drain()
    before = (await around.ledger("head"))[0]
    await around.db.execute("UPDATE channel_account SET name = 'Renamed'")
    await around.db.execute("UPDATE device SET name = 'Renamed'")
    await around.faults(reset=True)
    await around.live(timedelta(minutes=1))
    after = (await around.ledger("head"))[0]
    assert (after["state"], after["payload"], after["unique_id"]) == (
        "accepted",
        before["payload"],
        before["unique_id"],
    )
    (card,) = await around.phone("head")
    assert "Renamed" not in str(card["body"])


async def test_a_message_to_somebody_who_has_left_is_withdrawn_with_the_reason(around: Outside) -> None:
    await around.report()
    await around.db.execute("UPDATE person SET active = false WHERE id = $1", around.world.reporter)
    await around.drain()
    rows = await around.ledger("reporter")
    assert {(row["message_state"], row["reason"]) for row in rows} == {
        ("withdrawn", "This person has left the organisation.")
    }
    assert await around.titles("reporter") == []


async def test_what_may_wait_does_and_what_presses_goes_on(around: Outside) -> None:
    await around.report()
    await around.db.execute(
        "UPDATE message SET severity = CASE WHEN person_id = $1 THEN 'urgent' ELSE 'notice' END, "
        "due_at = next_at - CASE WHEN person_id = $1 THEN interval '1 day' ELSE interval '0' END",
        around.world.engineer,
    )
    dispatcher = around.notifier.dispatcher
    assert await dispatcher.start_due(may_wait=lambda: True) == 1
    await dispatcher.settle()
    assert [row["state"] for row in await around.ledger("engineer")] == ["accepted"]
    assert await dispatcher.start_due() == 2
