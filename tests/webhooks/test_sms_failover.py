"""One provider is down or refuses: the other one tells the same number; and a lost answer is no second SMS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from notifier.escalations import Escalations
from storage import calls
from storage.calls import Named
from storage.database import Connection, Database
from tests.support.sms import NUMBER
from tests.support.sms_road import STANDBY_ADDRESS, SmsRoad

BY_SMS_FIRST = {
    "first": "sms",
    "first_minutes": 2,
    "second": "email",
    "second_minutes": 3,
    "acknowledged": True,
}
ASKED = """
INSERT INTO policy (organisation_id, name, version, value, valid_from, source)
SELECT $1, 'notify.' || severity, 1, $2, '2026-01-01', 'test' FROM unnest('{notice,urgent,critical}'::text[]) severity
"""
DOWN = """
INSERT INTO account_circuit (account_id, failing_since, failures, blocked_since, probe_at)
SELECT id, $1::timestamptz, 9, $1, $1::timestamptz + interval '1 day' FROM channel_account WHERE kind = 'sms'
"""
LOST: dict[str, Any] = {"accept_then_drop_connection": 1, "no_reports": True}


async def channels(road: SmsRoad) -> list[tuple[str, str]]:
    return [(line["channel"], line["state"]) for line in await road.ledger()]


async def on_the_phone(road: SmsRoad) -> list[str]:
    return [sms["account"] for sms in (await road.state())["sms"]]


async def test_second_provider_takes_over_at_the_same_number_while_the_first_is_down(road: SmsRoad) -> None:
    await road.faults(unavailable=True)
    await road.ask_the_head()
    for _ in range(12):
        road.clock.forward(timedelta(seconds=60))
        await road.dispatcher.drain()
    assert await channels(road) == [("sms", "refused"), ("tencent_sms", "accepted")]
    first, second = await road.ledger()
    assert (first["address"], second["address"]) == (NUMBER, NUMBER)
    assert (first["error_code"], second["maybe_twice"]) == ("standby", True), "a 502 may have been taken"
    assert await on_the_phone(road) == ["sandbox-secret-id"]


async def test_report_and_reply_of_the_standby_close_the_loop(road: SmsRoad) -> None:
    await road.faults(code="isv.AMOUNT_NOT_ENOUGH", code_times=9)
    await road.ask_the_head()
    await road.dispatcher.drain()
    ledger = await road.until(lambda ledger: ledger[-1]["received_at"] is not None)
    assert [(line["channel"], line["verdict"]) for line in ledger] == [
        ("sms", "configuration"),
        ("tencent_sms", ""),
    ]
    assert (ledger[1]["receipt"], ledger[1]["parts"], str(ledger[1]["cost"])) == ("DELIVRD", 2, "0.0900")
    reply = await road.replied("收到")
    assert (reply["outcome"], reply["message_id"]) == ("noted", ledger[1]["message"])
    (line,) = [line for line in await road.ledger() if line["acted"]]
    assert (line["channel"], line["acted"]) == ("tencent_sms", "acknowledge")


class NotedAfterOneLook(Database):
    """The answer of a try is noted right after somebody looked for it."""

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with super().connection() as connection:
            yield connection
            await connection.execute("UPDATE delivery SET state = 'accepted', provider_id = 'theirs'")


async def test_report_finds_its_try_while_that_is_being_noted(road: SmsRoad, database_url: str) -> None:
    await road.ask_the_head()
    await road.db.execute("UPDATE delivery SET state = 'sending', provider_id = NULL, received_at = NULL")
    (sent,) = await road.ledger()
    async with NotedAfterOneLook.open(database_url, max_size=2) as db:
        found = await calls.find(db, sent["account_id"], Named("theirs", number=NUMBER), road.clock.now())
    assert found is not None
    assert found.delivery_id == sent["id"]


async def test_next_message_goes_by_the_standby_at_once_and_comes_back_when_the_first_works(
    road: SmsRoad,
) -> None:
    await road.faults(code="isv.OUT_OF_SERVICE", code_times=1)
    await road.ask_the_head()
    await road.dispatcher.drain()
    await road.ask_the_head()
    assert (await channels(road))[1:] == [("tencent_sms", "accepted")] * 2
    road.clock.forward(timedelta(minutes=6))
    await road.ask_the_head()
    assert (await channels(road))[3:] == [("sms", "accepted")], "a probe finds that it works"
    assert await road.db.fetch("SELECT * FROM account_circuit") == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50"),
        ("isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名"),
    ],
)
async def test_flow_control_of_a_day_and_configuration_are_no_end_for_the_number(
    road: SmsRoad, code: str, words: str
) -> None:
    await road.faults(code=code, words=words, code_times=1)
    await road.ask_the_head()
    await road.dispatcher.drain()
    assert await channels(road) == [("sms", "refused"), ("tencent_sms", "accepted")]


async def test_number_that_is_refused_itself_is_told_another_way_and_not_by_the_standby(
    road: SmsRoad,
) -> None:
    await road.faults(code="isv.MOBILE_NUMBER_ILLEGAL", code_times=1)
    await road.ask_the_head()
    await road.dispatcher.drain()
    assert await channels(road) == [("sms", "refused"), ("email", "accepted")]


async def test_standby_that_refuses_too_leaves_it_to_the_next_way(road: SmsRoad) -> None:
    await road.faults(code="isv.AMOUNT_NOT_ENOUGH", code_times=9)
    await road.faults("tencent_sms", code="FailedOperation.InsufficientBalanceInSmsPackage", code_times=9)
    await road.ask_the_head()
    await road.dispatcher.drain()
    assert [channel for channel, _ in await channels(road)] == ["sms", "tencent_sms", "email"]


async def test_lost_answer_is_asked_about_and_not_sent_again(road: SmsRoad) -> None:
    await road.faults(**LOST)
    await road.ask_the_head()
    assert await channels(road) == [("sms", "sending")]
    road.clock.forward(timedelta(minutes=2))
    await road.dispatcher.drain()
    assert await channels(road) == [("sms", "accepted")]
    assert len(await on_the_phone(road)) == 1


async def test_call_that_the_provider_knows_nothing_of_is_sent_again(road: SmsRoad) -> None:
    await road.faults(unavailable=True)
    await road.ask_the_head()
    await road.faults(unavailable=False)
    road.clock.forward(timedelta(minutes=2))
    await road.dispatcher.drain()
    assert await channels(road) == [("sms", "accepted")]
    assert len(await on_the_phone(road)) == 1


async def test_process_that_dies_before_it_notes_an_answer_sends_no_second_sms(road: SmsRoad) -> None:
    await road.faults(no_reports=True)
    await road.ask_the_head()
    await road.db.execute(
        "UPDATE delivery SET state = 'sending', tries = 0, provider_id = NULL, finished_at = NULL"
    )
    await road.db.execute("UPDATE message SET state = 'queued', finished_at = NULL WHERE state = 'sent'")
    road.clock.forward(timedelta(minutes=3))
    await road.dispatcher.drain()
    assert await channels(road) == [("sms", "accepted")]
    assert len(await on_the_phone(road)) == 1


async def test_provider_too_busy_to_be_asked_about_a_lost_answer_is_asked_later(road: SmsRoad) -> None:
    await road.faults(**LOST)
    await road.ask_the_head()
    await road.faults(details_code="Throttling.User")
    road.clock.forward(timedelta(minutes=2))
    await road.dispatcher.drain()
    assert len(await on_the_phone(road)) == 1, "not sent again while nobody knows"
    await road.faults(details_code="")
    road.clock.forward(timedelta(minutes=2))
    await road.dispatcher.drain()
    assert await channels(road) == [("sms", "accepted")]
    assert len(await on_the_phone(road)) == 1


async def test_report_that_could_be_of_two_tries_is_wanted_again(road: SmsRoad) -> None:
    await road.faults(code="isv.AMOUNT_NOT_ENOUGH", code_times=9)
    await road.faults("tencent_sms", no_reports=True)
    for _ in range(2):
        await road.ask_the_head()
        await road.dispatcher.drain()
    standby = "UPDATE delivery SET state = $1, provider_id = $2 WHERE channel = 'tencent_sms' AND id = $3"
    lines = [line for line in await road.ledger() if line["channel"] == "tencent_sms"]
    assert len(lines) == 2
    for line in lines:
        await road.db.execute(standby, "sending", None, line["id"])
    sid = lines[0]["provider_id"]
    failed = {"user_receive_time": "2026-03-02 09:00:05", "nationcode": "86", "mobile": NUMBER, "sid": sid}
    failed |= {"report_status": "FAIL", "errmsg": "NOTEXIST"}
    assert (await road.push([failed], STANDBY_ADDRESS))[0] == 503
    for line in lines:
        await road.db.execute(standby, "accepted", line["provider_id"], line["id"])
    assert (await road.push([failed], STANDBY_ADDRESS))[0] == 200
    states = [line["state"] for line in await road.ledger() if line["channel"] == "tencent_sms"]
    assert states == ["refused", "accepted"]


async def test_template_that_is_not_approved_leaves_the_account_to_other_messages(road: SmsRoad) -> None:
    await road.faults(code="isv.SMS_TEMPLATE_ILLEGAL", code_times=1)
    await road.ask_the_head()
    await road.dispatcher.drain()
    assert await channels(road) == [("sms", "refused"), ("tencent_sms", "accepted")]
    assert await road.db.fetch("SELECT * FROM account_circuit") == []
    await road.ask_the_head()
    assert (await channels(road))[2:] == [("sms", "accepted")]


@pytest.mark.parametrize("fault", [{"code": "isv.OUT_OF_SERVICE", "code_times": 9}, {"unavailable": True}])
async def test_what_the_standby_told_escalates_to_the_next_medium_and_is_not_told_again(
    road: SmsRoad, fault: dict[str, Any]
) -> None:
    await road.db.execute(ASKED, road.world.hospital, BY_SMS_FIRST)
    await road.faults(**fault)
    await road.db.execute(DOWN, road.clock.now())
    await road.ask_the_head()
    for _ in range(12):
        road.clock.forward(timedelta(minutes=1))
        await Escalations(road.db, road.clock).run_due()
        await road.dispatcher.drain()
    assert [line for line in await channels(road) if line[1] == "accepted"] == [
        ("tencent_sms", "accepted"),
        ("email", "accepted"),
    ]


async def test_number_that_the_standby_refuses_while_the_first_is_down_is_told_another_way(
    road: SmsRoad,
) -> None:
    await road.db.execute(DOWN, road.clock.now())
    await road.faults("tencent_sms", code="FailedOperation.PhoneNumberInBlacklist", code_times=2)
    await road.ask_the_head()
    assert await channels(road) == [("tencent_sms", "refused"), ("email", "accepted")]


async def test_answer_to_an_sms_that_was_given_up_counts_by_its_code(road: SmsRoad) -> None:
    await road.faults(**LOST)
    await road.ask_the_head()
    await road.faults(unavailable=True)
    for _ in range(12):
        road.clock.forward(timedelta(seconds=60))
        await road.dispatcher.drain()
    assert await channels(road) == [("sms", "refused"), ("tencent_sms", "accepted")]
    reply = await road.replied("收到", which=0)
    first, _ = await road.ledger()
    assert (reply["outcome"], reply["delivery_id"], reply["account_id"]) == (
        "noted",
        first["id"],
        first["account_id"],
    )
