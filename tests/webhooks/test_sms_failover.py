"""One provider is down or refuses: the other one tells the same number; and a lost answer is no second SMS."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.sms import NUMBER
from tests.support.sms_road import SmsRoad

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
