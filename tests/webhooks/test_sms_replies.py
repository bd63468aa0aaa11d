"""From a word on the phone, by the provider's push, to an acknowledgement in the ledger."""

from datetime import timedelta
from typing import Any

from storage.database import Record
from tests.support.sms import NUMBER
from tests.support.sms_road import ADDRESS, SmsRoad

ACKNOWLEDGED = "SELECT id FROM message WHERE acknowledged_way = 'sms' AND person_id = $1 ORDER BY id"
NOTES = "SELECT * FROM routing_note WHERE what = 'reply' ORDER BY id"
TOLD = "SELECT kind, variables FROM message WHERE kind LIKE 'sms.%' ORDER BY id"


async def acknowledged(road: SmsRoad) -> list[int]:
    return [row["id"] for row in await road.db.fetch(ACKNOWLEDGED, road.world.head)]


async def asked(road: SmsRoad, times: int) -> list[int]:
    """Ask the head so often; the messages in their order."""
    await road.faults(no_reports=True)
    for _ in range(times):
        await road.ask_the_head()
    return [line["message"] for line in await road.ledger()]


def answer(number: str = NUMBER, **more: Any) -> dict[str, Any]:
    said = {"phone_number": number, "content": "1", "send_time": "2026-03-02 09:00:00"}
    return said | {"dest_code": "", "sequence_id": "77"} | more


async def kept(road: SmsRoad) -> list[Record]:
    return await road.db.fetch("SELECT * FROM sms_reply ORDER BY id")


async def test_reply_acknowledges_only_the_message_whose_code_it_carries(road: SmsRoad) -> None:
    first, _ = await asked(road, 2)
    reply = await road.replied("收到", which=0)
    assert (reply["outcome"], reply["message_id"]) == ("noted", first)
    assert await acknowledged(road) == [first]
    line, _ = await road.ledger()
    assert line["acted"] == "acknowledge"
    (note,) = await road.db.fetch(NOTES)
    assert (note["message_id"], note["delivery_id"], note["data"]["words"]) == (first, line["id"], "收到")


async def test_reply_that_is_pushed_again_is_one_reply(road: SmsRoad) -> None:
    (message,) = await asked(road, 1)
    said = answer()
    assert (await road.push([said]))[0] == 200
    assert (await road.push([said, said]))[1] == '{"code": 0, "msg": "接收成功"}'
    assert [row["outcome"] for row in await kept(road)] == ["noted"]
    assert len(await road.db.fetch(NOTES)) == 1
    assert await acknowledged(road) == [message]


async def test_without_a_code_the_one_message_that_waits_is_meant(road: SmsRoad) -> None:
    (message,) = await asked(road, 1)
    reply = await road.replied("1", extend_lost=True)
    assert reply["outcome"] == "noted"
    assert await acknowledged(road) == [message]


async def test_without_a_code_and_with_two_that_wait_the_sender_is_asked_and_chooses(road: SmsRoad) -> None:
    road.clock.forward(timedelta(days=1))
    _, second = await asked(road, 2)
    reply = await road.replied("1", extend_lost=True)
    assert reply["outcome"] == "which"
    assert await acknowledged(road) == []
    (told,) = await road.db.fetch(TOLD)
    assert (told["kind"], told["variables"]) == ("sms.which", {"open": "000002、000001"})
    code = (await road.ledger())[1]["payload"]["extend_code"]
    assert (await road.push([answer(content=code, sequence_id="78")]))[0] == 200
    assert await acknowledged(road) == [second]


async def test_code_that_names_another_message_acknowledges_none(road: SmsRoad) -> None:
    await asked(road, 1)
    await road.push([answer(dest_code="106900009999")])
    assert await acknowledged(road) == []
    assert [row["outcome"] for row in await kept(road)] == ["not_yours"]
    assert [told["kind"] for told in await road.db.fetch(TOLD)] == ["sms.not_yours"]


async def test_unsubscribing_confirms_nothing(road: SmsRoad) -> None:
    await asked(road, 1)
    for word in ("T", "TD", "退订"):
        assert (await road.replied(word))["outcome"] == "unsubscribed"
    assert await acknowledged(road) == []


async def test_words_that_nobody_knows_are_answered_with_help_three_times_a_day(road: SmsRoad) -> None:
    await asked(road, 1)
    outcomes = [(await road.replied(word))["outcome"] for word in ("什么", "嗯?", "没收到", "自动回复")]
    assert outcomes == ["help", "help", "help", "ignored"]
    road.clock.forward(timedelta(days=1, seconds=1))
    assert (await road.replied("什么"))["outcome"] == "help"
    assert [told["kind"] for told in await road.db.fetch(TOLD)] == ["sms.help"] * 4
    assert await acknowledged(road) == []


async def test_reply_of_another_number_answers_nothing(road: SmsRoad) -> None:
    await asked(road, 1)
    await road.push([answer("19900000009")])
    assert [row["outcome"] for row in await kept(road)] == ["ignored"]
    assert await acknowledged(road) == []


async def test_two_stops_that_kind_of_reminder_for_a_while(road: SmsRoad) -> None:
    (message,) = await asked(road, 1)
    await road.db.execute("UPDATE message SET severity = 'notice'")
    assert (await road.replied("2"))["outcome"] == "stopped"
    (mute,) = await road.db.fetch("SELECT * FROM mute")
    assert (mute["person_id"], mute["kind"], mute["way"]) == (road.world.head, "repair.please_approve", "sms")
    assert mute["until"] == road.clock.now() + timedelta(days=30)
    assert await acknowledged(road) == [], "who is not reminded has not confirmed"
    assert message


async def test_what_is_urgent_or_forbidden_by_policy_is_not_stopped(road: SmsRoad) -> None:
    await asked(road, 1)
    await road.db.execute("UPDATE message SET severity = 'critical'")
    assert (await road.replied("2"))["outcome"] == "not_stopped"
    await road.db.execute("UPDATE message SET severity = 'notice'")
    await road.db.execute(
        "INSERT INTO policy (organisation_id, name, version, value, valid_from, source) "
        "VALUES ($1, 'notifier.stop_by_reply', 1, $2, $3, 'test')",
        road.world.hospital,
        {"amount": 0, "unit": "calendar_days"},
        road.clock.now(),
    )
    assert (await road.replied("2"))["outcome"] == "not_stopped"
    assert await road.db.fetch("SELECT * FROM mute") == []


async def test_database_that_is_away_has_the_reply_pushed_again(road: SmsRoad) -> None:
    await asked(road, 1)
    road.db.pool.terminate()
    assert (await road.push([answer()], ADDRESS))[0] == 503


async def test_ledger_says_how_many_parts_and_what_they_cost_and_the_provider_corrects_it(
    road: SmsRoad,
) -> None:
    await asked(road, 1)
    (line,) = await road.ledger()
    assert (line["parts"], str(line["cost"])) == (2, "0.0900")
    report = {"biz_id": line["provider_id"], "out_id": line["unique_id"], "success": True, "sms_size": "3"}
    await road.push([report | {"report_time": "2026-03-02 09:00:05", "err_code": "DELIVERED"}])
    (line,) = await road.ledger()
    assert (line["parts"], str(line["cost"])) == (3, "0.1350")


async def test_question_which_one_reaches_the_phone_and_its_answer_the_right_message(road: SmsRoad) -> None:
    first, _ = await asked(road, 2)
    road.clock.forward(timedelta(days=1))
    await road.replied("1", which=1, extend_lost=True)
    await road.dispatcher.drain()
    sms = (await road.state())["sms"][-1]
    assert "Reply one of these: 000002、000001" in sms["text"]
    assert sms["extend_code"] == "", "the question itself asks for no acknowledgement"
    reply = await road.replied("1 000001")
    assert (reply["outcome"], reply["message_id"]) == ("noted", first)


async def test_kind_by_which_the_law_counts_is_not_stopped(road: SmsRoad) -> None:
    await asked(road, 1)
    await road.db.execute("UPDATE message SET severity = 'notice', kind = 'adverse_event.check_waits'")
    assert (await road.replied("2"))["outcome"] == "not_stopped"
    assert await road.db.fetch("SELECT * FROM mute") == []


async def two_of_one_case(road: SmsRoad) -> list[int]:
    """Two messages about the same case that wait."""
    first, second = await asked(road, 2)
    case = "UPDATE message m SET case_id = o.case_id, valid_while = NULL FROM message o WHERE o.id = $1 AND m.id = $2"
    await road.db.execute(case, second, first)
    return [first, second]


async def test_digits_of_a_case_mean_its_newest_message(road: SmsRoad) -> None:
    _, second = await two_of_one_case(road)
    assert (await road.replied("1", extend_lost=True))["outcome"] == "which"
    (told,) = await road.db.fetch(TOLD)
    listed = told["variables"]["open"]
    assert listed.isdecimal(), "one case is listed once"
    await road.push([answer(content=listed, sequence_id="78")])
    assert await acknowledged(road) == [second]


async def test_cases_whose_digits_are_alike_are_told_apart_by_code(road: SmsRoad) -> None:
    await asked(road, 2)
    await road.db.execute("UPDATE work_case SET number = 'WX' || 2026 + id || '-000012'")
    await road.replied("1", extend_lost=True)
    (told,) = await road.db.fetch(TOLD)
    first, second = [line["payload"]["extend_code"] for line in await road.ledger()]
    assert told["variables"] == {"open": f"{second}、{first}"}
    await road.push([answer(content=first, sequence_id="78")])
    assert len(await acknowledged(road)) == 1


async def test_digits_after_a_wish_to_stop_stop_and_acknowledge_nothing(road: SmsRoad) -> None:
    _, second = await asked(road, 2)
    await road.db.execute("UPDATE message SET severity = 'notice'")
    await road.db.execute("UPDATE message SET kind = 'repair.approval_waits' WHERE id = $1", second)
    assert (await road.replied("2", extend_lost=True))["outcome"] == "which"
    code = (await road.ledger())[1]["payload"]["extend_code"]
    await road.push([answer(content=code, sequence_id="78")])
    assert [row["outcome"] for row in await kept(road)] == ["which", "stopped"]
    (mute,) = await road.db.fetch("SELECT kind FROM mute")
    assert mute["kind"] == "repair.approval_waits"
    assert await acknowledged(road) == []


async def test_several_of_one_kind_are_stopped_without_asking(road: SmsRoad) -> None:
    await asked(road, 2)
    await road.db.execute("UPDATE message SET severity = 'notice'")
    assert (await road.replied("2", extend_lost=True))["outcome"] == "stopped"


async def test_phone_that_answers_everything_is_asked_back_five_times_an_hour(road: SmsRoad) -> None:
    await asked(road, 2)
    for nth in range(8):
        await road.push([answer(content="收到", sequence_id=f"again-{nth}")])
    assert [row["outcome"] for row in await kept(road)] == ["which"] * 8
    assert len(await road.db.fetch(TOLD)) == 5


async def test_who_writes_at_night_is_asked_back_at_once(road: SmsRoad) -> None:
    await asked(road, 2)
    road.clock.forward(timedelta(days=1, hours=1))
    await road.db.execute(
        "INSERT INTO notice_preference (person_id, quiet_from, quiet_to, version, set_at) "
        "VALUES ($1, '00:00', '23:59', 1, now())",
        road.world.head,
    )
    await road.replied("1", extend_lost=True)
    await road.dispatcher.drain()
    (told,) = await road.db.fetch("SELECT state FROM message WHERE kind = 'sms.which'")
    assert told["state"] == "sent"


async def test_sender_is_told_when_the_case_was_not_acknowledged(road: SmsRoad) -> None:
    (message,) = await asked(road, 1)
    await road.db.execute("UPDATE message SET kind = 'alarm.alarm' WHERE id = $1", message)
    assert (await road.replied("1"))["outcome"] == "refused"
    assert [told["kind"] for told in await road.db.fetch(TOLD)] == ["sms.refused"]
    assert await acknowledged(road) == [message], "that it was read is noted"
