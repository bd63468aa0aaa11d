"""Buttons of cards, pressed by the right and the wrong people, twice, late and at once."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.chat import PAGES, Rig
from tests.support.world import add_contact, add_person
from workflows.actor import SYSTEM_ACTOR
from workflows.engine import Outcome, Place
from workflows.identity.roles import Role


async def test_approval_moves_the_case_and_says_so_on_the_card(rig: Rig) -> None:
    case = await rig.awaiting_approval()
    answer = await rig.press("head", "approve", await rig.card_of(case, "head"))
    assert answer.status == 200
    assert answer.message._data["MsgType"] == "update_button"
    assert answer.button.startswith("[zh][zh]approved:")
    assert (await rig.steps(case))[-1] == ("approve", "Head of Equipment", "wecom")
    assert rig.told.told == []


async def test_event_that_comes_again_makes_one_step_and_the_same_answer(rig: Rig) -> None:
    case = await rig.awaiting_approval()
    card, at = await rig.card_of(case, "head"), rig.clock.now()
    answers = [await rig.press("head", "approve", card, at) for _ in range(4)]
    assert {answer.button for answer in answers} == {answers[0].button}
    assert [action for action, _, _ in await rig.steps(case)] == ["report", "triage", "approve"]


async def test_same_event_at_the_same_moment_makes_one_step(rig: Rig) -> None:
    case = await rig.awaiting_approval()
    card, at = await rig.card_of(case, "head"), rig.clock.now()
    answers = await asyncio.gather(*(rig.press("head", "approve", card, at) for _ in range(3)))
    assert {answer.button for answer in answers} == {answers[0].button}
    assert len(await rig.steps(case)) == 3


async def told_after(rig: Rig, user: str, action: str, card: str) -> str:
    """What the person is told when the press was not done."""
    answer = await rig.press(user, action, card)
    assert (answer.status, answer.message) == (200, None)
    await rig.callback.background.settle()
    account, address, text = rig.told.told[-1]
    assert (account, address) == (rig.account, user)
    return text


async def test_unknown_person_is_told_so_and_nothing_is_done(rig: Rig) -> None:
    case = await rig.awaiting_approval()
    assert "not known here" in await told_after(rig, "stranger", "approve", await rig.card_of(case, "head"))
    assert len(await rig.steps(case)) == 2


async def test_somebody_without_the_right_is_told_so(rig: Rig) -> None:
    case = await rig.awaiting_approval()
    text = await told_after(rig, "second_engineer", "approve", await rig.card_of(case, "head"))
    assert "You do not have the right to do this here: [zh]Approve" in text
    assert len(await rig.steps(case)) == 2


async def test_nobody_approves_their_own_request(rig: Rig) -> None:
    world = rig.world
    case = await rig.act(await rig.reported(), "triage", world.head, diagnosis="tube", estimate="60000",
                         technician=world.engineer)  # fmt: skip
    await rig.db.execute(
        "INSERT INTO message (created_at, case_id, case_version, kind, person_id, lane, variables, next_at) "
        "VALUES ($1, $2, $3, 'repair.please_approve', $4, 'x', '{}', $1)",
        rig.clock.now(),
        case.case_id,
        case.version,
        world.head,
    )
    assert "you cannot decide on your own request" in await told_after(
        rig, "head", "approve", await rig.card_of(case, "head")
    )


async def test_button_is_stale_after_the_estimate_changed(rig: Rig) -> None:
    case = await rig.awaiting_approval("60000")
    card = await rig.card_of(case, "head")
    newer = await rig.act(case, "estimate", rig.world.engineer, estimate="90000", reason="new tube")
    text = await told_after(rig, "head", "approve", card)
    assert "Engineer has done this in the meantime: [zh]changed the estimate" in text
    assert f'<a href="{PAGES}/cases/{case.number}">' in text
    assert (await rig.press("head", "approve", await rig.card_of(newer, "head"))).message is not None


async def test_older_card_pressed_after_the_newer_one_changes_nothing(rig: Rig) -> None:
    case = await rig.awaiting_approval("60000")
    old = await rig.card_of(case, "head")
    newer = await rig.act(case, "estimate", rig.world.engineer, estimate="90000", reason="new tube")
    early = rig.clock.now() - timedelta(seconds=30)
    await rig.press("head", "approve", await rig.card_of(newer, "head"))
    assert (await rig.press("head", "approve", old, early)).message is None
    await rig.callback.background.settle()
    assert "Head of Equipment has done this in the meantime" in rig.told.told[-1][2]
    assert [step[0] for step in await rig.steps(case)].count("approve") == 1


async def test_of_two_managers_at_once_one_decides_and_the_other_hears_of_it(rig: Rig) -> None:
    second = await second_head(rig)
    case = await rig.awaiting_approval()
    card = await rig.card_of(case, "head")
    answers = await asyncio.gather(rig.press("head", "approve", card), rig.press(second, "approve", card))
    await rig.callback.background.settle()
    assert sorted(answer.message is None for answer in answers) == [False, True]
    assert [step[0] for step in await rig.steps(case)].count("approve") == 1
    assert len(rig.told.told) == 1
    assert "in the meantime" in rig.told.told[0][2]


async def second_head(rig: Rig) -> str:
    person = await add_person(rig.db, rig.world.hospital, "Deputy Head", Role.EQUIPMENT_HEAD)
    await add_contact(rig.db, person, rig.account, "deputy")
    return "deputy"


async def test_action_that_asks_for_words_leads_to_its_page(rig: Rig) -> None:
    case = await rig.awaiting_approval()
    text = await told_after(rig, "head", "reject", await rig.card_of(case, "head"))
    assert "“[zh]Reject” needs a comment" in text
    assert f'<a href="{PAGES}/cases/{case.number}/reject">{case.number}</a>' in text
    assert len(await rig.steps(case)) == 2


async def test_button_of_a_closed_case_says_that_it_is_closed(rig: Rig) -> None:
    case = await rig.awaiting_approval()
    card = await rig.card_of(case, "head")
    await rig.act(case, "cancel", rig.world.engineer, reason="device is retired")
    assert "The case is now “[zh]Cancelled”" in await told_after(rig, "head", "approve", card)


async def test_unknown_card_and_unknown_action_are_refused_in_words(rig: Rig) -> None:
    case = await rig.awaiting_approval()
    assert "does not exist" in await told_after(rig, "head", "approve", "card-of-nobody")
    assert "no longer possible" in await told_after(rig, "head", "explode", await rig.card_of(case, "head"))


async def test_reason_is_told_once_however_often_the_event_comes(rig: Rig) -> None:
    card, at = await rig.card_of(await rig.awaiting_approval(), "head"), rig.clock.now()
    for _ in range(3):
        assert (await rig.press("second_engineer", "approve", card, at)).status == 200
    await rig.callback.background.settle()
    assert len(rig.told.told) == 1


async def test_reason_that_cannot_be_told_changes_no_answer(rig: Rig) -> None:
    rig.told.fails = True
    card = await rig.card_of(await rig.awaiting_approval(), "head")
    assert (await rig.press("second_engineer", "approve", card)).status == 200
    await rig.callback.background.settle()


async def test_what_was_chosen_on_the_card_goes_into_the_step(rig: Rig) -> None:
    world, case = rig.world, await rig.reported()
    case = await rig.act(case, "triage", world.engineer, diagnosis="tube", estimate="0")
    case = await rig.act(case, "start", world.engineer)
    case = await rig.act(case, "finish", world.engineer, work_done="new tube", cost="0")
    card = await rig.card_of(case, "reporter")
    answer = await rig.press(
        "reporter", "confirm", card, chosen={"satisfaction": ["good"], "speed": ["slow"]}
    )
    assert "confirmed" in answer.button
    row = await rig.db.fetchrow("SELECT data FROM step ORDER BY id DESC LIMIT 1")
    assert row is not None
    assert {name: row["data"][name] for name in ("satisfaction", "speed")} == {
        "satisfaction": "good",
        "speed": "slow",
    }


async def test_an_answer_that_the_card_never_offered_is_refused(rig: Rig) -> None:
    world, case = rig.world, await rig.reported()
    case = await rig.act(case, "triage", world.engineer, diagnosis="tube", estimate="0")
    case = await rig.act(case, "start", world.engineer)
    case = await rig.act(case, "finish", world.engineer, work_done="new tube", cost="0")
    await rig.press("reporter", "confirm", await rig.card_of(case, "reporter"), chosen={"speed": ["light"]})
    await rig.callback.background.settle()
    assert "Nothing was saved" in rig.told.told[-1][2]
    assert (await rig.steps(case))[-1][0] == "finish"


STORM = """
WITH said AS (
  INSERT INTO message (created_at, case_version, kind, severity, person_id, lane, variables, next_at, state)
  VALUES ($1, 0, 'storm.began', 'critical', $2, 'storm/1', '{"count": 1}', $1, 'sent') RETURNING id, created_at),
told AS (UPDATE message m SET state = 'bundled', bundle_id = said.id FROM said WHERE m.person_id = $2)
INSERT INTO delivery (created_at, message_id, message_created_at, account_id, channel, address, unique_id, payload,
                      state, tried_at)
SELECT $1, id, created_at, $3, 'wecom', 'engineer', 'y9-1', '{}', 'accepted', $1 FROM said
"""


async def in_a_storm(rig: Rig) -> Outcome:
    """An alarm that the engineer was told of along with others, by the card y9-1."""
    form = {"metric": "room_temperature", "unit": "°C", "side": "high", "value": 31, "limit_value": 28}
    place = Place(rig.world.department, rig.world.device)
    case = await rig.engine.open(
        "alarm", "alarm", SYSTEM_ACTOR, form | {"at": rig.clock.now()}, place=place, idempotency_key="alarm"
    )
    await rig.db.execute(STORM, rig.clock.now(), rig.world.engineer, rig.account)
    return case


async def test_one_press_acknowledges_every_case_of_a_storm_and_the_card_says_so(rig: Rig) -> None:
    case = await in_a_storm(rig)
    answer = await rig.press("engineer", "acknowledge", "y9-1")
    assert answer.button.startswith("[zh][zh]acknowledg")
    assert (await rig.steps(case))[-1] == ("acknowledge", "Engineer", "wecom")
    row = await rig.db.fetchrow(
        "SELECT m.acknowledged_way, d.acted FROM message m JOIN delivery d ON d.message_id = m.id "
        "WHERE d.unique_id = 'y9-1'"
    )
    assert row is not None
    assert tuple(row) == ("wecom", "acknowledge")


@pytest.mark.parametrize(("user", "action"), [("head", "acknowledge"), ("engineer", "close")])
async def test_storm_is_acknowledged_by_its_reader_and_nothing_else_is_done_with_it(
    rig: Rig, user: str, action: str
) -> None:
    case = await in_a_storm(rig)
    await told_after(rig, user, action, "y9-1")
    assert [step[0] for step in await rig.steps(case)] == ["alarm"]
