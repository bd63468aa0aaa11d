"""What a reader does not want to hear, or what waits, is not said by itself."""

from datetime import timedelta

from notifier.noise.told_together import Rounds
from storage import mutes
from tests.support.outside import Outside

HOUR = timedelta(hours=1)


async def told(around: Outside) -> list[tuple[str, str]]:
    return [(row["kind"], row["message_state"]) for row in await around.ledger("reporter")]


async def test_stopped_kind_is_withdrawn_with_the_reason(around: Outside) -> None:
    await around.report_to_reporter()
    (message,) = await around.ledger("reporter")
    await around.db.execute("UPDATE message SET severity = 'info'")
    muting = mutes.Muting(around.world.reporter, message["kind"], around.clock.now() + HOUR, "sms")
    async with around.db.transaction() as tx:
        await mutes.mute(tx, muting, around.clock.now())
    await around.drain()
    (message,) = await around.ledger("reporter")
    assert (message["message_state"], message["reason"]) == (
        "withdrawn",
        "The recipient has muted such messages.",
    )


async def test_what_is_urgent_cannot_be_stopped(around: Outside) -> None:
    await around.report_to_reporter()
    (message,) = await around.ledger("reporter")
    await around.db.execute("UPDATE message SET severity = 'urgent'")
    async with around.db.transaction() as tx:
        muting = mutes.Muting(around.world.reporter, message["kind"], None, "sms")
        await mutes.mute(tx, muting, around.clock.now())
    await around.drain()
    assert len(await around.phone("reporter")) == 1


async def test_snoozed_case_is_told_when_the_time_is_over(around: Outside) -> None:
    case = await around.report()
    await around.db.execute("DELETE FROM message WHERE person_id <> $1", around.world.reporter)
    await around.db.execute("UPDATE message SET severity = 'info'")
    now = around.clock.now()
    async with around.db.transaction() as tx:
        await mutes.snooze(tx, around.world.reporter, case.case_id, now + HOUR, "page", now)
    await around.drain()
    assert await around.phone("reporter") == []
    await around.live(2 * HOUR)
    assert len(await around.phone("reporter")) == 1


async def test_what_waits_for_a_digest_is_told_in_one_message(around: Outside) -> None:
    for _ in range(3):
        await around.report()
    await around.db.execute("DELETE FROM message WHERE person_id <> $1", around.world.reporter)
    await around.db.execute(
        "UPDATE message SET held = 'others', next_at = $1, due_at = $1", around.clock.now() + HOUR
    )
    around.clock.forward(timedelta(minutes=20))
    await Rounds(around.db, around.clock).run_due()
    await around.drain()
    assert await around.titles("reporter") == ["3 messages for your information"]
    assert [state for _, state in await told(around)] == ["bundled"] * 3 + ["sent"]
