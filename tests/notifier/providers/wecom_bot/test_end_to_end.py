"""A smart robot from the outbox to the phone and back: card out, pressed, the case moved, the card says so."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from notifier.channel import Account, SendFailed, Verdict
from notifier.channels import as_account
from notifier.providers.wecom_bot.account import account_of
from notifier.providers.wecom_bot.channel import WeComBotChannel
from notifier.providers.wecom_bot.connection import connected
from storage import bot_errands
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import RealClock
from tests.support.channel_contents import content
from tests.support.robot_town import BOT, RobotTown, robot_town
from tests.support.world import add_contact


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[RobotTown]:
    async with robot_town(database_url) as made:
        yield made


async def sent(town: RobotTown) -> dict[str, Any]:
    """The approval's card, sent by the process that does not hold the connection."""
    await town.processes[1].robots.round()
    await town.connected()
    await town.service.dispatcher.drain()
    return (await town.chat())[-1]


async def test_a_card_goes_out_is_pressed_moves_the_case_and_says_by_whom(town: RobotTown) -> None:
    case = await town.awaiting_approval()
    card = (await sent(town))["body"]
    assert [button["key"] for button in card["button_list"] if button["type"] == 0] == ["approve"]
    assert (await town.act("press", task_id=card["task_id"], key="approve"))["outcome"] == "delivered"

    async def changed() -> dict[str, Any] | None:
        last = (await town.chat())[-1]
        return last["body"] if last["updates"] else None

    decided = await town.eventually(changed)
    assert (decided["card_type"], "button_list" in decided) == ("text_notice", False)
    assert "Head of Equipment" in decided["sub_title_text"]
    assert (await town.history(case))[-1] == ("approve", "wecom")


async def test_a_press_that_is_too_late_is_told_why_and_the_card_stays(town: RobotTown) -> None:
    case = await town.awaiting_approval()
    card = (await sent(town))["body"]
    await town.act_on_page(case, "estimate", town.world.engineer, estimate="90000", reason="new tube")
    await town.act("press", task_id=card["task_id"], key="approve")

    async def told() -> str:
        last = (await town.chat())[-1]
        return last["body"]["content"] if last["msgtype"] == "markdown" else ""

    assert f"/cases/{case.number})" in await town.eventually(told)
    assert (await town.history(case))[-1][0] == "estimate"


async def test_who_is_reached_by_nothing_else_says_by_the_cards_menu_that_they_read_it(
    town: RobotTown,
) -> None:
    await add_contact(town.service.db, town.world.reporter, town.account, "u2")
    await town.awaiting_approval()
    await sent(town)

    async def chat() -> list[dict[str, Any]]:
        chats = (await town.box.get("/sandbox/state"))["bots"]["chats"]
        return next(each["messages"] for each in chats if each["userid"] == "u2")

    card = (await chat())[0]["body"]
    assert [each["key"] for each in card["action_menu"]["action_list"]] == ["notice.read", "notice.stop"]
    who = {"bot_id": BOT, "userid": "u2", "task_id": card["task_id"], "key": "notice.read"}
    await town.box.post("/sandbox/bot/press", who)

    async def noted() -> bool:
        row = await town.service.db.fetchrow(
            "SELECT acknowledged_way FROM message WHERE acknowledged_at IS NOT NULL"
        )
        return row is not None and bool(row["acknowledged_way"] == "wecom")

    await town.eventually(noted)

    async def said() -> bool:
        return bool((await chat())[-1]["msgtype"] == "markdown")

    await town.eventually(said)


@pytest.mark.parametrize(
    ("what", "more", "by"),
    [("say", {"text": "待办"}, "aibot_respond_msg"), ("enter", {}, "aibot_respond_welcome_msg")],
)
async def test_what_is_written_and_who_comes_in_is_answered(
    town: RobotTown, what: str, more: dict[str, str], by: str
) -> None:
    await town.service.robots.round()
    await town.connected()
    await town.act(what, **more)

    async def answered() -> str:
        return str((await town.box.get("/sandbox/state"))["bots"]["events"][-1]["answered"])

    assert await town.eventually(answered) == by
    assert (await town.chat())[-1]["direction"] == "to_member"


async def test_one_process_holds_the_connection_and_another_takes_over_when_it_ends(town: RobotTown) -> None:
    first, second = town.processes
    await first.robots.round()
    await town.connected()
    await second.robots.round()
    assert (await town.bot())["connections"] == 1
    await first.robots.close()

    async def taken_over() -> bool:
        await second.robots.round()
        return bool((await town.bot())["connections"] == 2)

    await town.eventually(taken_over)
    await town.awaiting_approval()
    await first.dispatcher.drain()
    assert len(await town.chat()) == 1


async def test_a_connection_made_elsewhere_is_left_alone_for_a_while_and_then_taken_back(
    town: RobotTown,
) -> None:
    await town.service.robots.round()
    await town.connected()
    opened = await StoredChannelAccounts(town.service.db, town.key).by_id(town.account)
    assert opened is not None
    async with aiohttp.ClientSession() as http, connected(http, account_of(as_account(opened))):
        assert (await town.bot())["connections"] == 2
        await town.connected(times=3)


async def test_without_a_connection_a_message_was_surely_not_sent(town: RobotTown) -> None:
    channel = WeComBotChannel(town.service.db, RealClock(), wait_s=0.2)
    account = Account(town.account, {"bot_id": BOT}, {"secret": "s"})
    with pytest.raises(SendFailed) as failure:
        await channel.send(channel.compose(content(), "u1", account), "u1", account)
    assert (failure.value.verdict, failure.value.code) == (Verdict.TEMPORARY, "not-connected")
    assert not failure.value.maybe_delivered
    assert await town.service.db.fetchrow("SELECT 1 FROM bot_errand") is None


async def three_handed_over(town: RobotTown) -> list[Any]:
    """How three messages end that are handed over at once."""
    db, now = town.service.db, RealClock().now()
    words = {"chatid": "u1", "msgtype": "markdown", "markdown": {"content": "hello"}}
    for _ in range(3):
        await bot_errands.hand_over(db, town.account, words, now, now + timedelta(minutes=1))
    await town.service.robots.round()

    async def ended() -> list[Any]:
        rows = await db.fetch("SELECT outcome FROM bot_errand WHERE outcome IS NOT NULL ORDER BY id")
        return [row["outcome"] for row in rows] if len(rows) == 3 else []

    found: list[Any] = await town.eventually(ended, within_s=30)
    return found


async def test_when_the_connection_ends_only_the_message_under_way_is_in_doubt(town: RobotTown) -> None:
    await town.service.robots.round()
    await town.connected()
    await town.box.faults(wecom={"accept_then_drop_connection": 1})
    first, *others = await three_handed_over(town)
    assert (first["maybe_delivered"], others) == (True, [{"ok": True}] * 2)
    assert len(await town.chat()) == 3


async def test_when_a_connection_is_not_made_messages_wait_for_the_next_one(town: RobotTown) -> None:
    await town.box.faults(wecom={"accept_then_drop_connection": 1})
    assert await three_handed_over(town) == [{"ok": True}] * 3


async def test_a_robot_that_wecom_refuses_tells_the_administrator(town: RobotTown) -> None:
    await town.service.db.execute(
        "UPDATE channel_account SET settings = jsonb_set(settings, '{bot_id}', '\"nobody\"') WHERE id = $1",
        town.account,
    )
    await town.processes[1].robots.round()
    await town.awaiting_approval()
    await town.service.dispatcher.drain()
    row = await town.service.db.fetchrow("SELECT state, error_code FROM delivery ORDER BY id LIMIT 1")
    assert row is not None
    assert (row["state"], row["error_code"]) == ("refused", "40001")
