"""From a case to the phone by SMS, and back into the ledger by the provider's report."""

import json
from datetime import timedelta

from tests.support.sms import NUMBER, SIGN
from tests.support.sms_road import MAIL, SmsRoad


async def test_report_of_the_provider_makes_the_ledger_show_delivered(road: SmsRoad) -> None:
    case = await road.ask_the_head()
    (line,) = await road.until(lambda ledger: ledger[0]["received_at"] is not None)
    assert (line["state"], line["receipt"]) == ("accepted", "DELIVERED")
    assert line["received_at"] == road.clock.now()
    (sms,) = (await road.state())["sms"]
    assert sms["text"] == (
        f"【{SIGN}】Yellow: please note：Repair of CT scanner to be approved，工单{case.number}，请登录平台处理。"
    )
    assert (line["unique_id"], line["provider_id"]) == (sms["out_id"], sms["biz_id"])
    assert line["payload"]["segments"] == sms["segments"] == 2


async def test_sms_that_did_not_arrive_is_followed_by_the_next_way_once(road: SmsRoad) -> None:
    await road.faults(undelivered=[NUMBER], undelivered_code="IS_CLOSED")
    await road.ask_the_head()
    line, *_ = await road.until(lambda ledger: ledger[0]["state"] == "refused")
    assert line["error_code"] == "IS_CLOSED"
    await road.dispatcher.drain()
    _, mail = await road.ledger()
    assert (mail["channel"], mail["address"], mail["message_state"]) == ("email", MAIL, "sent")
    (report,) = [sms["report"]["entry"] for sms in (await road.state())["sms"]]
    later = report | {"report_time": "2026-03-03 09:00:00"}
    assert (await road.push([report, later]))[0] == 200
    assert await road.dispatcher.drain() == 0
    assert len(await road.ledger()) == 2


async def test_sms_that_did_not_arrive_and_was_the_last_way_is_a_dead_letter(road: SmsRoad) -> None:
    await road.db.execute("DELETE FROM contact_point WHERE address = $1", MAIL)
    await road.faults(undelivered=[NUMBER])
    await road.ask_the_head()
    await road.until(lambda ledger: ledger[0]["state"] == "refused")
    await road.dispatcher.drain()
    (line,) = await road.ledger()
    assert line["message_state"] == "dead"


async def test_failed_report_of_what_was_decided_meanwhile_sends_nothing(road: SmsRoad) -> None:
    await road.faults(no_reports=True)
    await road.ask_the_head()
    await road.db.execute("UPDATE work_case SET entered_version = entered_version + 1")
    (sms,) = (await road.state())["sms"]
    failed = {"success": False, "err_code": "X", "report_time": "2026-03-02 09:00:01"}
    await road.push([{"biz_id": sms["biz_id"], "out_id": sms["out_id"]} | failed])
    await road.dispatcher.drain()
    (line,) = await road.ledger()
    assert line["message_state"] == "withdrawn"


async def test_report_of_a_try_whose_answer_was_lost_spares_the_second_sms(road: SmsRoad) -> None:
    await road.faults(accept_then_drop_connection=1)
    await road.ask_the_head()
    await road.until(lambda ledger: ledger[0]["received_at"] is not None)
    road.clock.forward(timedelta(minutes=5))
    assert await road.dispatcher.drain() == 0
    (line,) = await road.ledger()
    assert (line["message_state"], line["state"]) == ("sent", "accepted")
    assert len((await road.state())["sms"]) == 1


async def test_payload_holds_nothing_that_opens_or_approves(road: SmsRoad) -> None:
    await road.ask_the_head()
    (line,) = await road.ledger()
    said = json.dumps(line["payload"], ensure_ascii=False)
    assert "http" not in said
    assert "Approve" not in said.replace("Approval", "")


async def test_number_that_has_had_its_days_share_is_told_another_way(road: SmsRoad) -> None:
    for _ in range(3):
        await road.ask_the_head()
    assert [line["channel"] for line in await road.ledger()] == ["sms", "sms", "sms", "email"]
    assert (await road.ledger())[2]["error_code"] == "budget"
    assert len((await road.state())["sms"]) == 2
    road.clock.forward(timedelta(days=1))
    await road.ask_the_head()
    assert (await road.ledger())[-1]["channel"] == "sms", "what was passed over was no try"


async def test_number_that_has_no_other_way_waits_for_its_share(road: SmsRoad) -> None:
    await road.db.execute("DELETE FROM contact_point WHERE address = $1", MAIL)
    for _ in range(3):
        await road.ask_the_head()
    assert [line["message_state"] for line in await road.ledger()] == ["sent", "sent"]
    road.clock.forward(timedelta(days=1))
    await road.dispatcher.drain()
    assert [line["message_state"] for line in await road.ledger()] == ["sent", "sent", "sent"]
