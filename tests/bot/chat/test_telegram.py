"""Telegram's webhook: forged and garbled input, duplicates, presses and commands."""

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.chat.wecom import WeComDoorSettings
from notifier.providers.telegram.callbacks import Callbacks
from storage.sealing import MasterKey, new_master_key
from tests.support.chat import PAGES
from tests.support.gate import gate_to
from tests.support.telegram import TOKEN, WEBHOOK_SECRET
from tests.support.telegram_chat import BOT_KEY, CHATS, SECRETS, SETTINGS, STRANGER, Bot, bot_rig
from tests.support.world import add_account

POLICY = """
INSERT INTO policy (organisation_id, name, value, source, version, valid_from)
VALUES ($1, 'telegram.approvals', $2, 'The house', $3, '2020-01-01T00:00Z')
"""


async def test_approval_moves_the_case_and_is_shown_below_the_message(bot: Bot) -> None:
    rig = bot.rig
    case = await rig.awaiting_approval()
    answer = await bot.press("head", f"{await bot.card_of(case, 'head')}:approve")
    assert answer.method["method"] == "answerCallbackQuery"
    assert answer.text.startswith("[zh][zh]approved:")
    assert answer.method["show_alert"] is False
    assert (await rig.steps(case))[-1] == ("approve", "Head of Equipment", "telegram")
    await rig.telegram.background.settle()
    ((account, chat, message, decided),) = rig.told.shown
    assert (account, chat, message) == (bot.account, "103", 77)
    assert decided.text == answer.text


async def test_update_that_comes_again_makes_one_step_and_the_same_answer(bot: Bot) -> None:
    rig = bot.rig
    case = await rig.awaiting_approval()
    data = f"{await bot.card_of(case, 'head')}:approve"
    answers = [await bot.press("head", data, 9) for _ in range(3)]
    answers += await asyncio.gather(*(bot.press("head", data, 9) for _ in range(3)))
    assert {answer.text for answer in answers} == {answers[0].text}
    assert len(await rig.steps(case)) == 3
    await rig.telegram.background.settle()
    assert len(rig.told.shown) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong", WEBHOOK_SECRET + "x", "ü"])
async def test_forged_secret_is_forbidden_and_does_nothing(bot: Bot, secret: str | None) -> None:
    with capture_logs() as logs:
        answer = await bot.post({"update_id": 1, "message": {"text": "report CT-0001 smoke"}}, secret)
    assert answer.status == 403
    assert [(line["account"], line["check"]) for line in logs] == [(BOT_KEY, "secret")]
    assert WEBHOOK_SECRET not in str(logs)


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"\xff\xfe", b'{"update_id": "x"}', b"[" * 50_000])
async def test_what_is_no_update_is_a_bad_request(bot: Bot, body: bytes) -> None:
    assert (await bot.post(body)).status == 400


async def test_body_over_the_limit_is_refused(bot: Bot) -> None:
    assert (await bot.post(b" " * 300_000)).status == 413


GROUP = {"chat": {"id": -100123, "type": "supergroup"}}


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"message": None},
        {"message": {"text": "todo"}},
        {"message": "todo"},
        {"edited_message": {"text": "todo"}},
        {"my_chat_member": {}},
        {"callback_query": {"id": "1", "data": "x"}},
        {"message": {"text": "todo", "from": {"id": 102, "is_bot": False}, **GROUP}},
        {
            "message": {
                "pinned_message": {},
                "from": {"id": 102, "is_bot": False},
                "chat": {"id": 102, "type": "private"},
            }
        },
    ],
)
async def test_updates_that_ask_for_nothing_are_acknowledged(bot: Bot, update: dict[str, Any]) -> None:
    answer = await bot.send(update)
    assert (answer.status, answer.method) == (200, {})


async def test_press_in_another_chat_than_the_persons_own_does_nothing(bot: Bot) -> None:
    case = await bot.rig.awaiting_approval()
    card = await bot.card_of(case, "head")
    foreign = {"message_id": 77, "chat": {"id": 104, "type": "private"}}
    assert (await bot.press("head", f"{card}:approve", message=foreign)).method == {}
    assert len(await bot.rig.steps(case)) == 2


@pytest.mark.parametrize("data", ["x", "y1-1:approve", ":", "card-1-1:explode", "y1:'; DROP"])
async def test_button_of_no_card_is_refused_in_words(bot: Bot, data: str) -> None:
    answer = await bot.press_raw("head", data)
    assert answer.status == 200
    assert answer.method == {} or "does not exist" in answer.text


async def test_what_is_guessed_or_carried_from_another_chat_does_nothing(bot: Bot) -> None:
    case = await bot.rig.awaiting_approval()
    card = await bot.card_of(case, "head")
    others = Callbacks(WEBHOOK_SECRET).made(CHATS["engineer"], card, "approve")
    forged = Callbacks("another secret").made(CHATS["head"], card, "approve")
    for data in (f"{card}:approve", str(others), str(forged)):
        assert "does not exist" in (await bot.press_raw("head", data)).text
    assert len(await bot.rig.steps(case)) == 2


async def test_unknown_account_and_one_without_webhook_are_not_found(bot: Bot) -> None:
    rig = bot.rig
    assert (await bot.post({"update_id": 1}, key="nobody")).status == 404
    await add_account(rig.db, rig.world.hospital, "telegram", "mute", SETTINGS, {"token": TOKEN}, rig.sealer)
    assert (await bot.post({"update_id": 1}, key="mute")).status == 404


async def test_account_that_cannot_be_used_acknowledges_nothing(bot: Bot) -> None:
    rig, hospital = bot.rig, bot.rig.world.hospital
    await add_account(rig.db, hospital, "telegram", "no-name", {}, SECRETS, rig.sealer)
    other = MasterKey(new_master_key())
    await add_account(rig.db, hospital, "telegram", "other-key", SETTINGS, SECRETS, other)
    assert (await bot.post({"update_id": 1}, key="no-name")).status == 503
    assert (await bot.post({"update_id": 1}, key="other-key")).status == 503


async def test_stale_button_says_what_happened_and_leads_to_the_case(bot: Bot) -> None:
    rig = bot.rig
    case = await rig.awaiting_approval("60000")
    card = await bot.card_of(case, "head")
    await rig.act(case, "estimate", rig.world.engineer, estimate="90000", reason="new tube")
    answer = await bot.press("head", f"{card}:approve", 9)
    assert "Engineer has done this in the meantime: [zh]changed the estimate" in answer.text
    assert answer.method["show_alert"] is True
    assert len(answer.text) <= 200
    assert (await bot.press("head", f"{card}:approve", 9)).text == answer.text
    await rig.telegram.background.settle()
    ((_, chat, text),) = rig.told.told
    assert chat == "103"
    assert f'<a href="{PAGES}/cases/{case.number}">{case.number}</a>' in text
    assert rig.told.shown == []


async def test_who_has_no_right_and_who_is_unknown_change_nothing(bot: Bot) -> None:
    case = await bot.rig.awaiting_approval()
    data = f"{await bot.card_of(case, 'head')}:approve"
    assert "You do not have the right" in (await bot.press("second_engineer", data)).text
    assert "not known here" in (await bot.press(STRANGER, data)).text
    assert len(await bot.rig.steps(case)) == 2


async def test_action_that_asks_for_words_leads_to_its_page(bot: Bot) -> None:
    case = await bot.rig.awaiting_approval()
    answer = await bot.press("head", f"{await bot.card_of(case, 'head')}:reject")
    assert "needs a comment" in answer.text
    await bot.rig.telegram.background.settle()
    assert f"{PAGES}/cases/{case.number}/reject" in bot.rig.told.told[-1][2]


async def test_read_only_bot_decides_nothing(bot: Bot) -> None:
    case = await bot.rig.awaiting_approval()
    card = await bot.card_of(case, "head")
    await bot.rig.db.execute(
        "UPDATE channel_account SET settings = settings || '{\"read_only\": true}' WHERE id = $1", bot.account
    )
    assert "Nothing is decided in this chat" in (await bot.press("head", f"{card}:approve")).text
    assert len(await bot.rig.steps(case)) == 2
    assert "[zh]To do" in (await bot.write("head", "/todo")).text


async def test_the_house_of_the_case_forbids_decisions_in_telegram_whoever_has_the_bot(bot: Bot) -> None:
    rig, case = bot.rig, await bot.rig.awaiting_approval()
    card = await bot.card_of(case, "head")
    for version, allowed in enumerate((False, True), start=1):
        await rig.db.execute(POLICY, rig.world.department, {"in_chat": allowed}, version)
        answer = await bot.press("head", f"{card}:approve")
        assert ("Nothing is decided in this chat" in answer.text) is not allowed
    await rig.telegram.background.settle()
    assert f"{PAGES}/cases/{case.number}" in rig.told.told[0][2]
    assert len(await rig.steps(case)) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/todo", "[zh]To do: 1"),
        ("待办", "[zh]To do: 1"),
        ("/todo@demo_bot", "[zh]To do: 1"),
        ("/device CT-0001", "[zh]Open cases: 1"),
        ("/device@demo_bot CT-0001", "[zh]Open cases: 1"),
        ("设备 CT-0001", "[zh]Open cases: 1"),
        ("/device XX-9", "[zh]I cannot find a device “XX-9”"),
        ("/report CT-0001", "[zh]What is wrong with"),
        ("/help", "[zh]todo: what is waiting"),
        ("帮助", "[zh]todo: what is waiting"),
        ("/start", "[zh]Hello Engineer"),
        ("/what", "[zh]I did not understand"),
    ],
)
async def test_every_command_is_answered_in_the_chat(bot: Bot, text: str, words: str) -> None:
    await bot.rig.reported()
    answer = await bot.write("engineer", text)
    assert (answer.method["method"], answer.method["chat_id"]) == ("sendMessage", 102)
    assert answer.method["parse_mode"] == "HTML"
    assert words in answer.text


@pytest.mark.parametrize(
    "what", [{"photo": [{}], "caption": "报修 CT-0001 x"}, {"voice": {}}, {"sticker": {}}]
)
async def test_a_picture_or_voice_is_answered_with_what_can_be_understood(
    bot: Bot, what: dict[str, Any]
) -> None:
    for user, words in (("engineer", "[zh]I did not understand"), (STRANGER, "This chat is not linked yet")):
        chat = {"id": CHATS.get(str(user), STRANGER), "type": "private"}
        sender = {"id": chat["id"], "is_bot": False, "language_code": "zh-hans"}
        answer = await bot.send({"message": {"chat": chat, "from": sender, **what}})
        assert words in answer.text


async def test_fault_is_reported_once_however_often_the_update_comes(bot: Bot) -> None:
    rig = bot.rig
    texts = {(await bot.write("reporter", "报修 CT-0001 球管<过热>&", 9)).text for _ in range(3)}
    assert len(texts) == 1
    rows = await rig.db.fetch("SELECT c.number, r.fault FROM work_case c JOIN repair r ON r.case_id = c.id")
    assert [row["fault"] for row in rows] == ["球管<过热>&"]
    assert f'<a href="{PAGES}/cases/{rows[0]["number"]}">' in texts.pop()


async def test_words_of_others_become_no_markup(bot: Bot) -> None:
    answer = await bot.write("engineer", "/device <b>&")
    assert "&lt;b&gt;&amp;" in answer.text


async def test_chat_of_nobody_is_told_how_to_be_linked(bot: Bot) -> None:
    answer = await bot.write(STRANGER, "/todo")
    assert "[zh]This chat is not linked yet" in answer.text
    assert f"{PAGES}/me/telegram" in answer.text


async def test_silent_database_gets_a_503_within_five_seconds_and_nothing_is_half_done(
    database_url: str,
) -> None:
    async with gate_to(database_url) as gate, bot_rig(gate.dsn) as bot:
        case = await bot.rig.awaiting_approval()
        data = f"{await bot.card_of(case, 'head')}:approve"
        gate.hang()
        async with asyncio.timeout(5):
            assert (await bot.press("head", data, 9)).status == 503
        gate.flow()
        await bot.rig.telegram.background.settle()
        assert (await bot.press("head", data, 9)).text.startswith("[zh][zh]approved")
        assert [step[0] for step in await bot.rig.steps(case)] == ["report", "triage", "approve"]


async def test_locked_case_is_a_503_in_time(database_url: str) -> None:
    async with bot_rig(database_url, WeComDoorSettings(budget_s=0.5)) as bot:
        case = await bot.rig.awaiting_approval()
        data = f"{await bot.card_of(case, 'head')}:approve"
        async with bot.rig.db.transaction() as other:
            await other.execute("SELECT id FROM work_case WHERE id = $1 FOR UPDATE", case.case_id)
            assert (await bot.press("head", data, 9)).status == 503
            await bot.rig.telegram.background.settle()
        assert (await bot.press("head", data, 9)).status == 200


async def test_longest_answer_is_whole_json(bot: Bot) -> None:
    answer = await bot.write("engineer", "/device " + "x" * 4000)
    assert len(json.dumps(answer.method)) < 5000
