"""What is answered to a reply that acknowledges nothing, and how replies are kept."""

from datetime import timedelta

from tests.support.sms_road import SmsRoad
from tests.webhooks.test_sms_replies import NOTES, TOLD, acknowledged, answer, asked, kept


async def test_who_answers_what_no_longer_waits_is_told_so(road: SmsRoad) -> None:
    await asked(road, 1)
    await road.db.execute("UPDATE message SET acknowledged_at = now(), acknowledged_way = 'page'")
    assert (await road.replied("1", extend_lost=True))["outcome"] == "nothing_open"
    assert [told["kind"] for told in await road.db.fetch(TOLD)] == ["sms.nothing_open"]


async def test_who_answers_after_a_week_is_told_that_nothing_waits(road: SmsRoad) -> None:
    (message,) = await asked(road, 1)
    await road.db.execute("UPDATE delivery SET tried_at = tried_at - interval '8 days'")
    assert (await road.replied("好的收到1", extend_lost=True))["outcome"] == "nothing_open"
    assert await acknowledged(road) == []
    assert message


async def test_digits_of_somebody_elses_case_acknowledge_nothing_and_are_answered(road: SmsRoad) -> None:
    await asked(road, 1)
    assert (await road.replied("收到 WX2026-000999", extend_lost=True))["outcome"] == "not_yours"
    assert await acknowledged(road) == []
    assert [told["kind"] for told in await road.db.fetch(TOLD)] == ["sms.not_yours"]


async def test_seven_digits_of_a_case_name_it_and_not_the_one_that_ends_alike(road: SmsRoad) -> None:
    first, second = await asked(road, 2)
    numbers = [("WX2026-000001", first), ("WX2026-1000001", second)]
    change = "UPDATE work_case SET number = $1 WHERE id = (SELECT case_id FROM message WHERE id = $2)"
    for number, message in numbers[::-1]:
        await road.db.execute(change, number, message)
    assert (await road.replied("1", extend_lost=True))["outcome"] == "which"
    (told,) = await road.db.fetch(TOLD)
    assert told["variables"] == {"open": "1000001、000001"}
    await road.push([answer(content="000001", sequence_id="78")])
    assert await acknowledged(road) == [first]
    await road.push([answer(content="收到 1000001", sequence_id="79")])
    assert await acknowledged(road) == [first, second]


async def test_as_many_are_named_as_the_answer_has_room_for(road: SmsRoad) -> None:
    await asked(road, 2)
    await road.db.execute("UPDATE work_case SET number = 'WX2026-12345678' || right(number, 2)")
    assert (await road.replied("1", extend_lost=True))["outcome"] == "which"
    (told,) = await road.db.fetch(TOLD)
    assert told["variables"] == {"open": "1234567802"}


async def test_reply_is_kept_as_it_was_sent_with_the_providers_time(road: SmsRoad) -> None:
    await asked(road, 1)
    words = " 好的，收到１。\n马上到 "
    await road.push([answer(content=words, send_time="2026-03-02 08:59:30")])
    (reply,) = await kept(road)
    assert (reply["words"], reply["outcome"]) == (words, "noted")
    assert reply["said_at"] == road.clock.now() - timedelta(seconds=30)
    (note,) = await road.db.fetch(NOTES)
    assert note["data"] == {"words": words, "said_at": "2026-03-02 08:59:30"}
    assert note["reason"].format(**note["data"]) == "Written at 2026-03-02 08:59:30 by the provider's clock."


async def test_reply_of_an_unreadable_time_is_a_reply(road: SmsRoad) -> None:
    await asked(road, 1)
    for nth, time in enumerate(["", None, "soon", "0001-01-01 00:00:00", "9999-12-31 23:59:59"]):
        await road.push([answer(send_time=time, sequence_id=str(nth))])
    assert [row["said_at"] for row in await kept(road)] == [None] * 5
    assert (await kept(road))[0]["outcome"] == "noted"


async def test_long_reply_is_kept_to_its_end(road: SmsRoad) -> None:
    await asked(road, 1)
    await road.push([answer(content="收" * 500)])
    (reply,) = await kept(road)
    assert (reply["words"], reply["whole"]) == ("收" * 300, "收" * 500)
