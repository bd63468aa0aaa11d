"""The next channel is taken when nothing was delivered, or nobody acknowledged, within the policy's time."""

from datetime import timedelta
from typing import Any

import pytest

from storage import acknowledgements
from tests.support.outside import Outside, mail_of

MINUTES = timedelta(minutes=1)
CRITICAL = {
    "first": "wecom",
    "first_minutes": 2,
    "second": "email",
    "second_minutes": 3,
    "acknowledged": True,
}


async def critical(around: Outside, **policy: Any) -> None:
    """A critical message to the reporter."""
    await around.set_policy("notify.critical", **(CRITICAL | policy))
    await around.report_to_reporter()
    await around.db.execute("UPDATE message SET severity = 'critical'")
    await around.drain()


async def acknowledge(around: Outside) -> bool:
    message = (await around.ledger("reporter"))[0]["message"]
    told = await acknowledgements.told(around.db, message)
    assert told
    async with around.db.transaction() as tx:
        return await acknowledgements.acknowledge(tx, told, "page", around.clock.now())


async def later(around: Outside, minutes: float) -> None:
    around.clock.forward(minutes * MINUTES)
    await around.escalate()


async def told_by(around: Outside) -> tuple[int, int]:
    return len(await around.phone("reporter")), len(await around.mails("reporter"))


async def test_what_nobody_acknowledges_goes_on_to_the_next_channel_once(around: Outside) -> None:
    await critical(around)
    await later(around, 1.9)
    assert await told_by(around) == (1, 0)
    await later(around, 0.2)
    assert await told_by(around) == (1, 1)
    await later(around, 60)
    assert await told_by(around) == (1, 1)
    assert {row["message_state"] for row in await around.ledger("reporter")} == {"sent"}


async def test_acknowledgement_of_the_first_channel_stops_the_rest(around: Outside) -> None:
    await critical(around)
    assert await acknowledge(around)
    await later(around, 60)
    assert await told_by(around) == (1, 0)
    assert not await acknowledge(around), "nothing is acknowledged twice"


async def test_acknowledgement_between_escalation_and_the_next_try_stops_it(around: Outside) -> None:
    await critical(around)
    around.clock.forward(2 * MINUTES)
    await around.escalations.run_due()
    await acknowledge(around)
    await around.drain()
    assert await told_by(around) == (1, 0)
    assert {row["message_state"] for row in await around.ledger("reporter")} == {"sent"}


async def test_what_was_delivered_stays_there_where_the_policy_wants_no_acknowledgement(
    around: Outside,
) -> None:
    await critical(around, acknowledged=False)
    await later(around, 60)
    assert await told_by(around) == (1, 0)


async def test_what_is_not_delivered_in_time_goes_on_to_the_next_channel(around: Outside) -> None:
    await around.faults(wecom={"unavailable": True})
    await critical(around, acknowledged=False)
    assert await told_by(around) == (0, 0)
    await later(around, 2)
    assert await told_by(around) == (0, 1)
    first, second = await around.ledger("reporter")
    assert (first["state"], first["error_code"], second["state"]) == ("refused", "too_late", "accepted")


async def test_unreachable_person_s_deputy_is_told_in_their_stead(around: Outside) -> None:
    world = around.world
    await around.report()
    await around.db.execute("DELETE FROM contact_point WHERE person_id = $1", world.engineer)
    await around.db.execute("DELETE FROM message WHERE person_id <> $1", world.engineer)
    await around.db.execute(
        "INSERT INTO absence (person_id, deputy_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)",
        world.engineer,
        world.head,
        around.clock.now(),
        around.clock.now() + timedelta(days=1),
    )
    await around.drain()
    (card,) = await around.phone("head")
    assert "who cannot be reached on any channel" in str(card)
    row = await around.db.fetchrow("SELECT person_id, stand_in_for_id, state FROM message")
    assert row
    assert tuple(row) == (world.head, world.engineer, "sent")


@pytest.mark.parametrize("severity", ["notice", "info"])
async def test_head_is_told_in_the_end_but_not_of_what_is_for_information(
    around: Outside, severity: str
) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE person_id = $1", around.world.reporter)
    await around.report_to_reporter()
    await around.db.execute("UPDATE message SET severity = $1", severity)
    await around.drain()
    told = await around.phone("department_head")
    assert len(told) == (1 if severity == "notice" else 0)


async def test_message_is_dead_only_when_nobody_at_all_is_reached(around: Outside) -> None:
    refused = [mail_of(user) for user in ("reporter", "department_head", "head")]
    await around.faults(wecom={"ip_block": True}, mail={"refuse": refused})
    await around.report_to_reporter()
    await around.db.execute("UPDATE message SET severity = 'notice'")
    await around.drain()
    notes = await around.db.fetch("SELECT data FROM routing_note WHERE what = 'stand_in' ORDER BY id")
    assert [note["data"]["to"] for note in notes] == [
        str(around.world.department_head),
        str(around.world.head),
    ]
    (state,) = {row["state"] for row in await around.db.fetch("SELECT state FROM message")}
    assert state == "dead"
