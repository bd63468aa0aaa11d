"""The buttons below a notice in Telegram: read, or stopped, by its own reader, and nothing is decided."""

from unittest.mock import patch

from tests.bot.chat.test_telegram import POLICY
from tests.support.chat import PAGES
from tests.support.telegram_chat import Bot
from workflows.engine import Engine

SAID = "SELECT acknowledged_way FROM message WHERE acknowledged_at IS NOT NULL"


async def test_who_says_so_has_read_it_and_the_message_shows_it(bot: Bot) -> None:
    rig = bot.rig
    card = await bot.card_of(await rig.reported(), "engineer")
    answers = [await bot.press("engineer", f"{card}:notice.read", 9) for _ in range(2)]
    assert {(each.text, each.method["show_alert"]) for each in answers} == {("[zh]Marked as read.", False)}
    await rig.telegram.background.settle()
    ((_, chat, message, shown),) = rig.told.shown
    assert (chat, message, shown.text) == ("102", 77, answers[0].text)
    assert [tuple(row) for row in await rig.db.fetch(SAID)] == [("telegram",)]
    assert len(await rig.db.fetch("SELECT 1 FROM step")) == 1


async def test_a_kind_is_stopped_for_its_reader_and_the_message_leads_back(bot: Bot) -> None:
    rig = bot.rig
    card = await bot.card_of(await rig.reported(), "reporter")
    answer = await bot.press("reporter", f"{card}:notice.stop")
    assert answer.text == "[zh]You will not receive this kind of message for now."
    await rig.telegram.background.settle()
    shown = rig.told.shown[0][3]
    assert (shown.text, rig.told.told) == (answer.text, [])
    assert f"{PAGES}/me/notices" in str(shown.sent["decided_keyboard"])
    mutes = await rig.db.fetch("SELECT person_id, kind, way FROM mute")
    assert [tuple(row) for row in mutes] == [(rig.world.reporter, "repair.received", "telegram")]


async def test_what_may_not_be_stopped_stays_as_it_is_and_nobody_speaks_for_somebody_else(bot: Bot) -> None:
    rig = bot.rig
    case = await rig.reported()
    await rig.db.execute("UPDATE message SET severity = 'urgent'")
    card = await bot.card_of(case, "engineer")
    assert "cannot be muted" in (await bot.press("engineer", f"{card}:notice.stop")).text
    assert "does not exist" in (await bot.press("second_engineer", f"{card}:notice.read")).text
    await rig.telegram.background.settle()
    assert (rig.told.shown, await rig.db.fetch(SAID)) == ([], [])


async def test_where_nothing_may_be_decided_it_is_read_and_no_case_moves_with_it(bot: Bot) -> None:
    rig = bot.rig
    card = await bot.card_of(await rig.reported(), "engineer")
    await rig.db.execute("UPDATE message SET kind = 'alarm.alarm', case_version = 1")
    await rig.db.execute(POLICY, rig.world.department, {"in_chat": False}, 1)
    with patch.object(Engine, "act", side_effect=AssertionError("a case moved")):
        assert "Marked as read" in (await bot.press("engineer", f"{card}:notice.read")).text
    assert [tuple(row) for row in await rig.db.fetch(SAID)] == [("telegram",)]
