"""What a provider's refusals lead to: the next try, the next channel, the administrator."""

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from notifier.retry import GIVE_UP_AFTER
from storage.sealing import MasterKey, new_master_key
from tests.support.outside import VISITOR, Outside, mail_of


async def ways(around: Outside, user: str) -> list[tuple[str, str, str]]:
    return [(row["channel"], row["state"], row["error_code"]) for row in await around.ledger(user)]


async def to_mail_alone(around: Outside) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE rank = 1")


@pytest.mark.parametrize("code", [81013, 60111, 60020, 40001, 45002])
async def test_lasting_refusal_leads_to_the_next_channel_at_once(around: Outside, code: int) -> None:
    await around.faults(wecom={"errcode": code, "errcode_times": 9})
    await around.report()
    await around.drain()
    assert await ways(around, "reporter") == [("wecom", "refused", str(code)), ("email", "accepted", "")]
    assert len(await around.mails("reporter")) == 1


async def test_member_that_left_is_reached_by_mail(around: Outside) -> None:
    await around.db.execute("UPDATE contact_point SET address = 'long-gone' WHERE address = 'reporter'")
    await around.report()
    await around.drain()
    assert await ways(around, "reporter") == [("wecom", "refused", "81013"), ("email", "accepted", "")]


async def test_server_that_is_not_trusted_goes_on_to_mail(around: Outside) -> None:
    await around.faults(wecom={"ip_block": True})
    await around.report()
    await around.drain()
    assert await ways(around, "reporter") == [("wecom", "refused", "60020"), ("email", "accepted", "")]


async def test_refused_mailbox_leads_to_the_next_channel(around: Outside) -> None:
    await around.db.execute("UPDATE contact_point SET rank = 3 WHERE rank = 1")
    await around.faults(mail={"refuse": [mail_of("reporter")]})
    await around.report()
    await around.drain()
    assert await ways(around, "reporter") == [("email", "refused", "550"), ("wecom", "accepted", "")]
    assert len(await around.phone("reporter")) == 1


async def test_unusable_address_is_refused_before_anything_is_sent(around: Outside) -> None:
    await around.db.execute("UPDATE contact_point SET address = 'a|b' WHERE address = 'reporter'")
    await around.report()
    await around.drain()
    assert await ways(around, "reporter") == [("wecom", "refused", "address"), ("email", "accepted", "")]


async def test_account_whose_secrets_cannot_be_opened_leads_to_the_next_channel(around: Outside) -> None:
    lost_key = around.process(sealer=MasterKey(new_master_key()))
    await around.db.execute("UPDATE channel_account SET sealed = NULL WHERE kind = 'email'")
    await around.report()
    await lost_key.dispatcher.drain()
    assert await ways(around, "reporter") == [("wecom", "refused", "account"), ("email", "accepted", "")]


async def test_account_that_was_closed_after_the_first_try_leads_to_the_next_channel(around: Outside) -> None:
    await around.faults(wecom={"errcode": -1, "errcode_times": 3})
    await around.report()
    await around.drain()
    await around.db.execute("UPDATE channel_account SET active = false WHERE kind = 'wecom'")
    await around.live(timedelta(minutes=1))
    assert await ways(around, "reporter") == [("wecom", "refused", "account"), ("email", "accepted", "")]


@pytest.mark.parametrize("fault", [{"errcode": -1, "errcode_times": 3}, {"unavailable": True}])
async def test_temporary_failure_is_tried_again_on_the_same_channel(
    around: Outside, fault: dict[str, Any]
) -> None:
    await around.faults(wecom=fault)
    await around.report()
    await around.drain()
    assert await around.phone("reporter") == []
    await around.faults(reset=True)
    await around.live(timedelta(seconds=5))
    assert len(await around.phone("reporter")) == 1
    assert await around.mails("reporter") == []


async def test_mail_that_was_put_off_by_its_server_is_tried_again(around: Outside) -> None:
    await to_mail_alone(around)
    await around.faults(mail={"temp_fail_next": 3})
    await around.report()
    await around.drain()
    assert await ways(around, "reporter") == [("email", "waiting", "451")]
    await around.live(timedelta(seconds=5))
    assert len(await around.mails("reporter")) == 1


async def test_waits_between_tries_grow(around: Outside) -> None:
    await around.faults(wecom={"unavailable": True})
    await around.report()
    waits = []
    for _ in range(6):
        await around.drain()
        due = await around.next_due()
        assert due
        waits.append((due - around.clock.now()).total_seconds())
        around.clock.forward(timedelta(seconds=waits[-1]))
    assert waits == [1.5, 3, 6, 12, 24, 48], "three quarters of 2 s, doubled each time, at this test's jitter"


async def test_provider_that_wants_fewer_calls_is_left_alone_for_a_minute(around: Outside) -> None:
    await around.faults(wecom={"errcode": 45009, "errcode_times": 3})
    await around.report()
    await around.drain()
    await around.live(timedelta(seconds=59))
    assert await around.phone("reporter") == []
    await around.live(timedelta(seconds=1))
    assert len(await around.phone("reporter")) == 1


async def test_channel_that_stays_away_is_given_up_for_the_next_one(around: Outside) -> None:
    await around.faults(wecom={"unavailable": True})
    await around.report()
    await around.live(timedelta(hours=1))
    assert await around.mails("reporter") == []
    await around.live(timedelta(hours=2))
    refused, accepted = await around.ledger("reporter")
    assert (refused["state"], refused["tries"]) == ("refused", GIVE_UP_AFTER)
    assert (accepted["channel"], accepted["state"]) == ("email", "accepted")
    assert len(await around.mails("reporter")) == 1


async def test_half_an_hour_without_the_provider_loses_nothing_and_keeps_the_order(around: Outside) -> None:
    await around.faults(wecom={"unavailable": True})
    case = await around.triage(await around.report())
    await around.act(case, "start", "engineer")
    await around.live(timedelta(minutes=30))
    await around.faults(reset=True)
    await around.live(timedelta(minutes=15))
    assert await around.titles("reporter") == [
        "Your fault report was received",
        "Your report is being handled",
        "The repair has begun",
    ]


async def test_message_without_a_way_left_is_a_dead_letter(around: Outside) -> None:
    await around.faults(wecom={"ip_block": True}, mail={"refuse": [mail_of("reporter")]})
    await around.report()
    with capture_logs() as logs:
        await around.drain()
    first, _ = await around.ledger("reporter")
    assert first["message_state"] == "dead"
    assert first["reason"] == "No channel is left to notify this person."
    assert ("message_dead", "error") in {(entry["event"], entry["log_level"]) for entry in logs}


async def test_person_whom_nothing_reaches_is_a_dead_letter(around: Outside) -> None:
    await around.db.execute("DELETE FROM contact_point WHERE person_id = $1", around.world.reporter)
    await around.report()
    await around.drain()
    (row,) = await around.ledger("reporter")
    assert (row["message_state"], row["id"]) == ("dead", None)


async def test_dead_letter_that_is_sent_again_arrives_with_a_new_id(around: Outside) -> None:
    await around.faults(wecom={"ip_block": True}, mail={"refuse": [mail_of("reporter")]})
    await around.report()
    await around.drain()
    await around.faults(reset=True)
    message = (await around.ledger("reporter"))[0]["message"]
    assert await around.send_again(message)
    await around.drain()
    assert len(await around.phone("reporter")) == 1
    rows = await around.ledger("reporter")
    assert [row["state"] for row in rows] == ["superseded", "superseded", "accepted"]
    assert len({row["unique_id"] for row in rows}) == 3


async def test_visitor_s_dead_letter_can_be_sent_again(around: Outside) -> None:
    await around.faults(mail={"refuse": [VISITOR]})
    await around.report_by_visitor(VISITOR)
    await around.drain()
    await around.faults(reset=True)
    (dead,) = [row for row in await around.ledger() if row["message_state"] == "dead"]
    assert await around.send_again(dead["message"])
    await around.drain()
    assert len(await around.mails(VISITOR)) == 1


async def test_only_a_dead_letter_can_be_sent_again(around: Outside) -> None:
    await around.report()
    await around.drain()
    message = (await around.ledger("reporter"))[0]["message"]
    assert not await around.send_again(message)
    assert await around.drain() == 0
