"""From an alarm to a ringing phone, and back into case and ledger by the key."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.support.voice import ALIYUN, HEARD, NUMBER, VENDORS, Vendor
from tests.support.voice_road import MAIL, VoiceRoad, voice_road


@pytest.fixture(params=VENDORS, ids=[vendor.kind for vendor in VENDORS])
async def road(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[VoiceRoad]:
    vendor: Vendor = request.param
    async with voice_road(database_url, vendor) as made:
        yield made


@pytest.fixture
async def one_road(database_url: str) -> AsyncIterator[VoiceRoad]:
    """Where the vendor makes no difference."""
    async with voice_road(database_url, ALIYUN) as made:
        yield made


async def test_key_acknowledges_the_alarm_that_was_read_out(road: VoiceRoad) -> None:
    case = await road.alarm()
    (call,) = await road.calls()
    assert (call["number"], call["state"]) == (NUMBER, "ringing")
    await road.phone("answer", "1")
    (line,) = await road.until(lambda ledger: bool(ledger[0]["acted_at"]))
    assert (line["state"], line["acted"], line["acknowledged_way"]) == ("accepted", "acknowledge", "voice")
    assert line["provider_id"] == call["call_id"]
    assert await road.state_of(case) == "acknowledged"


async def test_phone_says_what_it_is_about_and_which_key_to_press(road: VoiceRoad) -> None:
    await road.alarm()
    call = await road.phone("answer")
    assert call["text"] == "医设提醒，Red，critical，too warm，check cooling，room alarm, CT…。知悉请按1。"
    (line,) = await road.ledger()
    assert line["payload"]["text"] == call["text"]
    assert "http" not in json.dumps(line["payload"])


@pytest.mark.parametrize("act", ["decline", "ignore"])
async def test_call_that_nobody_answers_is_followed_by_the_next_way_once(road: VoiceRoad, act: str) -> None:
    case = await road.alarm()
    await road.phone(act)
    (line,) = await road.until(lambda ledger: ledger[0]["state"] == "refused")
    assert line["error"] == line["reason"] == "The call was not answered."
    _, mail = await road.gone_on(2)
    assert (mail["channel"], mail["address"], mail["message_state"]) == ("email", MAIL, "sent")
    assert await road.state_of(case) == "raised"


async def test_phone_that_is_switched_off_is_followed_by_the_next_way(road: VoiceRoad) -> None:
    await road.faults(switched_off=[NUMBER])
    await road.alarm()
    await road.until(lambda ledger: ledger[0]["state"] == "refused")
    assert [line["channel"] for line in await road.gone_on(2)][1:] == ["email"]


async def test_another_key_acknowledges_nothing(road: VoiceRoad) -> None:
    case = await road.alarm()
    await road.phone("answer", "5", "hang_up")
    (line,) = await road.until(lambda ledger: ledger[0]["state"] == "refused")
    assert (line["receipt"], line["acknowledged_way"]) == ("key 5", "")
    assert await road.state_of(case) == "raised"


async def test_answer_without_a_key_was_delivered_and_not_acknowledged(road: VoiceRoad) -> None:
    case = await road.alarm()
    await road.phone("answer", "hang_up")
    (line,) = await road.until(lambda ledger: bool(ledger[0]["received_at"]))
    assert (line["state"], line["message_state"], line["acted_at"]) == ("accepted", "sent", None)
    assert await road.state_of(case) == "raised"


async def test_phone_rings_once_nobody_acknowledged_the_mail_in_time(one_road: VoiceRoad) -> None:
    shipped = {"first": "own", "first_minutes": 2, "second": "voice", "second_minutes": 5}
    await one_road.desk.set_policy(
        one_road.desk.world.hospital, "notify.critical", shipped | {"acknowledged": True}, version=2
    )
    case = await one_road.alarm()
    await one_road.later(1.9)
    assert await one_road.calls() == []
    await one_road.later(0.2)
    await one_road.phone("answer", "1")
    mail, call = await one_road.until(lambda ledger: bool(ledger[-1]["acted_at"]))
    assert (mail["channel"], call["channel"]) == ("email", one_road.vendor.kind)
    assert await one_road.state_of(case) == "acknowledged"
    await one_road.later(60)
    assert len(await one_road.calls()) == 1


async def test_answer_without_a_key_goes_on_when_its_time_is_over(one_road: VoiceRoad) -> None:
    await one_road.alarm()
    await one_road.phone("answer", "hang_up")
    await one_road.until(lambda ledger: bool(ledger[0]["received_at"]))
    await one_road.later(5.1)
    assert [line["channel"] for line in await one_road.ledger()] == [one_road.vendor.kind, "email"]


async def test_what_is_not_critical_rings_no_phone(one_road: VoiceRoad) -> None:
    await one_road.alarm(25)
    assert [line["channel"] for line in await one_road.ledger()] == ["email"]
    assert await one_road.calls() == []


async def test_menu_says_that_it_was_heard(one_road: VoiceRoad) -> None:
    await one_road.alarm()
    call = await one_road.phone("answer", "1")
    assert call["said"] == [HEARD]


async def test_reports_that_come_twice_change_nothing(road: VoiceRoad) -> None:
    await road.faults(twice=True)
    case = await road.alarm()
    await road.phone("answer", "1")
    await road.until(lambda ledger: bool(ledger[0]["acted_at"]))
    steps = "SELECT count(*) FROM step WHERE case_id = $1 AND action = 'acknowledge'"
    assert await road.desk.value(steps, case.case_id) == 1
    assert await road.dispatcher.drain() == 0
