"""The addresses that take reports of calls: in which order they come, how often, from whom, and about what."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.database import Record
from tests.support.voice import ALIYUN, NUMBER, TOKEN, VENDORS, Vendor, ended, pressed
from tests.support.voice_road import VoiceRoad, voice_road
from tests.support.world import add_account, add_organisation
from workflows.engine import Outcome

OTHERS_TOKEN = "report-token-of-the-other-house"


@pytest.fixture(params=VENDORS, ids=[vendor.kind for vendor in VENDORS])
async def road(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[VoiceRoad]:
    """A call to the engineer of which the provider itself reports nothing."""
    vendor: Vendor = request.param
    async with voice_road(database_url, vendor) as made:
        await made.faults(no_reports=True)
        yield made


@pytest.fixture
async def one_road(database_url: str) -> AsyncIterator[VoiceRoad]:
    """Where the vendor makes no difference."""
    async with voice_road(database_url, ALIYUN) as made:
        await made.faults(no_reports=True)
        yield made


async def called(road: VoiceRoad) -> tuple[Outcome, Record]:
    """The alarm, and the line of the ledger of its call."""
    case = await road.alarm()
    return case, (await road.ledger())[0]


def key(road: VoiceRoad, line: Record, which: str, **more: Any) -> Any:
    return pressed(road.vendor, line["provider_id"], line["unique_id"], which, **more)


def end(road: VoiceRoad, line: Record, *, answered: bool) -> Any:
    return ended(road.vendor, line["provider_id"], line["unique_id"], answered=answered)


async def told(road: VoiceRoad) -> tuple[str, str, str]:
    (line, *_) = await road.ledger()
    return line["state"], line["receipt"], line["acknowledged_way"]


@pytest.mark.parametrize("key_first", [True, False])
async def test_key_counts_whether_it_comes_before_or_after_the_end(road: VoiceRoad, key_first: bool) -> None:
    case, line = await called(road)
    pushes = [key(road, line, "1"), end(road, line, answered=True)]
    assert [await road.push(body) for body in (pushes if key_first else pushes[::-1])] == [200, 200]
    assert await told(road) == ("accepted", "key 1", "voice")
    assert await road.state_of(case) == "acknowledged"


async def test_key_pressed_twice_acknowledges_once(road: VoiceRoad) -> None:
    case, line = await called(road)
    assert [await road.push(key(road, line, "1")) for _ in range(3)] == [200] * 3
    steps = "SELECT count(*) FROM step WHERE case_id = $1 AND action = 'acknowledge'"
    assert await road.desk.value(steps, case.case_id) == 1


async def test_right_key_after_a_wrong_one_acknowledges_and_calls_the_next_way_off(road: VoiceRoad) -> None:
    case, line = await called(road)
    await road.push(key(road, line, "5"))
    assert (await told(road))[0] == "refused"
    await road.push(key(road, line, "1", at="2026-03-02 09:00:04"))
    assert await told(road) == ("accepted", "key 1", "voice")
    assert await road.state_of(case) == "acknowledged"
    assert await road.dispatcher.drain() == 0


async def test_wrong_key_after_the_right_one_takes_nothing_back(one_road: VoiceRoad) -> None:
    _, line = await called(one_road)
    for which in "15":
        await one_road.push(key(one_road, line, which))
    assert await told(one_road) == ("accepted", "key 1", "voice")
    assert await one_road.dispatcher.drain() == 0


async def test_key_pressed_after_somebody_else_saw_to_it_is_noted_and_moves_nothing(road: VoiceRoad) -> None:
    case, line = await called(road)
    await road.desk.act(case, "acknowledge", road.desk.world.second_engineer)
    assert await road.push(key(road, line, "1")) == 200
    assert await told(road) == ("accepted", "key 1", "voice")
    assert [who for action, who in await road.desk.steps(case) if action == "acknowledge"] == [
        "Second Engineer"
    ]


async def test_report_before_the_call_was_noted_is_wanted_again_unless_it_was_answered(
    road: VoiceRoad,
) -> None:
    case, line = await called(road)
    await road.desk.db.execute("UPDATE delivery SET state = 'sending', provider_id = NULL")
    await road.desk.db.execute("UPDATE message SET state = 'queued'")
    assert await road.push(end(road, line, answered=False)) == 503
    assert await road.push(key(road, line, "1")) == 200
    (again, *_) = await road.ledger()
    assert (again["state"], again["provider_id"]) == ("accepted", line["provider_id"])
    assert (again["message_state"], again["acknowledged_way"]) == ("sent", "voice")
    assert await road.state_of(case) == "acknowledged"


async def test_call_of_which_nobody_knows_is_acknowledged_to_the_provider_and_ignored(
    road: VoiceRoad,
) -> None:
    case, line = await called(road)
    for body in (pressed(road.vendor, "9^9", "", "1"), pressed(road.vendor, "9^9", "y999-1", "1")):
        assert await road.push(body) == 200
    assert await told(road) == ("accepted", "", "")
    assert await road.state_of(case) == "raised"
    assert line["acted_at"] is None


async def test_other_house_cannot_acknowledge_by_its_own_address(one_road: VoiceRoad) -> None:
    case, line = await called(one_road)
    other = await add_organisation(one_road.desk.db, "hospital", "Third Demo Hospital")
    secrets = one_road.vendor.secrets | {"report_token": OTHERS_TOKEN}
    await add_account(
        one_road.desk.db,
        other,
        one_road.vendor.kind,
        "others",
        one_road.vendor.settings,
        secrets,
        one_road.sealer,
    )
    path = one_road.vendor.path.replace("/calls/", "/others/")
    assert await one_road.push(key(one_road, line, "1"), path + OTHERS_TOKEN) == 200
    assert await one_road.push(key(one_road, line, "1"), path + TOKEN) == 404
    assert await told(one_road) == ("accepted", "", "")
    assert await one_road.state_of(case) == "raised"


async def test_wrong_address_learns_nothing(one_road: VoiceRoad) -> None:
    _, line = await called(one_road)
    for path in ("calls/wrong-token-of-somebody", f"nobody/{TOKEN}", "calls/%E5%AF%86"):
        assert (
            await one_road.push(key(one_road, line, "1"), one_road.vendor.path.replace("calls/", path)) == 404
        )
    assert (await told(one_road))[2] == ""


async def test_what_cannot_be_read_is_refused(one_road: VoiceRoad) -> None:
    assert await one_road.push("x") == 400
    assert await one_road.push({"x": "y" * 600_000}) == 413


async def test_unanswered_call_of_an_acknowledged_message_is_not_followed_by_another(
    one_road: VoiceRoad,
) -> None:
    _, line = await called(one_road)
    await one_road.desk.db.execute(
        "UPDATE message SET acknowledged_at = now(), acknowledged_way = 'wecom' WHERE id = $1",
        line["message"],
    )
    assert await one_road.push(end(one_road, line, answered=False)) == 200
    assert (await told(one_road))[0] == "refused"
    assert await one_road.dispatcher.drain() == 0
    assert len(await one_road.ledger()) == 1


async def test_numbers_written_with_the_countrys_code_are_the_same(road: VoiceRoad) -> None:
    await road.desk.db.execute("UPDATE contact_point SET address = $1 WHERE rank = 1", f"+86{NUMBER}")
    case, line = await called(road)
    await road.push(key(road, line, "1"))
    assert await road.state_of(case) == "acknowledged"


async def test_state_that_nobody_knows_claims_nothing_and_takes_no_other_way(road: VoiceRoad) -> None:
    case, line = await called(road)
    body = end(road, line, answered=True)
    told_of = body[0] if isinstance(body, list) else body["voiceprompt_callback"]
    told_of["status_code" if isinstance(body, list) else "result"] = "299999"
    assert await road.push(body) == 200
    (after, *_) = await road.ledger()
    assert (after["state"], after["received_at"], after["receipt_unknown"]) == ("accepted", None, True)
    assert await road.dispatcher.drain() == 0
    assert await road.state_of(case) == "raised"


@pytest.mark.parametrize("answered", [True, False])
async def test_end_of_a_call_without_a_time_counts_from_when_it_came(road: VoiceRoad, answered: bool) -> None:
    _, line = await called(road)
    body = end(road, line, answered=answered)
    told_of = body[0] if isinstance(body, list) else body["voiceprompt_callback"]
    told_of["end_time" if isinstance(body, list) else "end_calltime"] = "unreadable"
    assert await road.push(body) == 200
    (after, *_) = await road.ledger()
    assert after["state"] == ("accepted" if answered else "refused")
    assert after["receipt_untimed"]
