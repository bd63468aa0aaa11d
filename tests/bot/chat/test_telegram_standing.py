"""Who blocks the bot, or puts it out of a group, is not reached there from that moment, and is again afterwards."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from notifier.channel import Blocked, SendFailed, Verdict
from notifier.chats import failed
from storage.chat_standing import Chat
from tests.support.telegram_chat import CHATS, Bot, bot_rig

GROUP_CHAT, NEW_CHAT = -100123, -1009999
NOW = 1772413200  # the rig's clock


@pytest.fixture
async def bot(database_url: str) -> AsyncIterator[Bot]:
    async with bot_rig(database_url) as made:
        yield made


def stands(chat: int, status: str, date: int = NOW, kind: str = "", **more: Any) -> dict[str, Any]:
    kind = kind or ("private" if chat > 0 else "supergroup")
    told = {"chat": {"id": chat, "type": kind}, "from": {"id": 1}, "date": date}
    return {"my_chat_member": told | {"new_chat_member": {"user": {}, "status": status, **more}}}


async def reached(bot: Bot, user: str = "head") -> bool:
    row = await bot.rig.db.fetchrow(
        "SELECT ended_at IS NULL AS open FROM contact_point WHERE account_id = $1 AND address = $2",
        bot.account,
        str(CHATS[user]),
    )
    assert row is not None
    return bool(row["open"])


async def actions(bot: Bot) -> list[str]:
    rows = await bot.rig.db.fetch("SELECT action FROM audit ORDER BY id")
    return [row["action"] for row in rows]


async def test_who_blocks_the_bot_is_unreachable_at_once_and_back_when_they_open_it(bot: Bot) -> None:
    chat = CHATS["head"]
    assert (await bot.send(stands(chat, "kicked"))).status == 200
    assert not await reached(bot)
    assert (await bot.send(stands(chat, "member", NOW + 60))).status == 200
    assert await reached(bot)
    assert await actions(bot) == ["chat.block", "chat.unblock"]


async def test_what_telegram_told_last_counts_whichever_comes_first(bot: Bot) -> None:
    chat = CHATS["head"]
    for status, date in (("member", NOW + 60), ("kicked", NOW), ("kicked", NOW)):
        await bot.send(stands(chat, status, date))
    assert await reached(bot)
    assert await actions(bot) == []


async def test_who_writes_or_presses_does_not_block_the_bot(bot: Bot) -> None:
    case = await bot.rig.awaiting_approval()
    card = await bot.card_of(case, "head")
    for date, act in ((NOW - 600, "write"), (NOW + 600, "press")):
        await bot.send(stands(CHATS["head"], "kicked", date))
        assert not await reached(bot)
        answer = await (bot.write("head", "todo") if act == "write" else bot.press("head", f"{card}:approve"))
        assert answer.status == 200
        assert "chat is not linked yet" not in answer.text
        assert await reached(bot)


async def test_a_way_that_was_ended_otherwise_does_not_come_back(bot: Bot) -> None:
    await bot.rig.db.execute("UPDATE contact_point SET ended_at = now() WHERE account_id = $1", bot.account)
    for status in ("kicked", "member"):
        await bot.send(stands(CHATS["head"], status))
    assert not await reached(bot)
    assert "chat is not linked yet" in (await bot.write("head", "todo")).text


async def test_somebody_who_left_meanwhile_does_not_come_back(bot: Bot) -> None:
    await bot.send(stands(CHATS["head"], "kicked"))
    await bot.rig.db.execute("UPDATE person SET active = false WHERE id = $1", bot.rig.world.head)
    await bot.send(stands(CHATS["head"], "member", NOW + 5))
    assert not await reached(bot)


async def test_a_refusal_says_the_same_as_telegram_by_itself(bot: Bot) -> None:
    chat = Chat(bot.account, str(CHATS["head"]))
    for failure, open_ in (
        (SendFailed(Verdict.PERMANENT, "403", "x"), True),
        (Blocked("403", "x"), False),
    ):
        async with bot.rig.db.transaction() as tx:
            await failed(tx, chat, failure, bot.rig.clock.now())
        assert await reached(bot) is open_
    await bot.send(stands(CHATS["head"], "member", NOW + 60))
    assert await reached(bot)
    assert await actions(bot) == ["chat.block", "chat.unblock"]


async def listeners(bot: Bot) -> list[tuple[str, bool]]:
    rows = await bot.rig.db.fetch("SELECT address, ended_at IS NULL AS open FROM listener ORDER BY id")
    return [(row["address"], row["open"]) for row in rows]


@pytest.fixture
async def group(bot: Bot) -> Bot:
    await bot.rig.db.execute(
        "INSERT INTO listener (organisation_id, account_id, address, name, severities, workflows) "
        "VALUES ($1, $2, $3, 'The group', $4, $5)",
        bot.rig.world.hospital,
        bot.account,
        str(GROUP_CHAT),
        ["critical"],
        [],
    )
    return bot


@pytest.mark.parametrize(
    ("status", "more"),
    [
        ("kicked", {}),
        ("left", {}),
        ("restricted", {"is_member": False}),
        ("restricted", {"is_member": True, "can_send_messages": False}),
    ],
)
async def test_a_group_that_puts_the_bot_out_hears_nothing_until_it_is_back(
    group: Bot, status: str, more: dict[str, Any]
) -> None:
    await group.send(stands(GROUP_CHAT, status, **more))
    assert await listeners(group) == [(str(GROUP_CHAT), False)]
    await group.send(stands(GROUP_CHAT, "member", NOW + 60))
    assert await listeners(group) == [(str(GROUP_CHAT), True)]
    assert await actions(group) == ["listener.end", "listener.resume"]


@pytest.mark.parametrize(
    ("status", "more"),
    [
        ("member", {}),
        ("administrator", {}),
        ("creator", {}),
        ("restricted", {"is_member": True, "can_send_messages": True}),
        ("something_new", {}),
    ],
)
async def test_a_bot_that_may_still_write_goes_on(group: Bot, status: str, more: dict[str, Any]) -> None:
    await group.send(stands(GROUP_CHAT, status, **more))
    assert await listeners(group) == [(str(GROUP_CHAT), True)]


@pytest.mark.parametrize(
    ("status", "more"), [("member", {}), ("administrator", {"can_post_messages": False})]
)
async def test_a_bot_that_may_not_post_in_a_channel_is_out_of_it(
    group: Bot, status: str, more: dict[str, Any]
) -> None:
    await group.send(stands(GROUP_CHAT, status, kind="channel", **more))
    assert await listeners(group) == [(str(GROUP_CHAT), False)]


async def test_an_older_removal_does_not_end_what_came_back_since(group: Bot) -> None:
    await group.send(stands(GROUP_CHAT, "member", NOW + 60))
    await group.send(stands(GROUP_CHAT, "kicked", NOW))
    assert await listeners(group) == [(str(GROUP_CHAT), True)]


async def test_a_listener_that_an_administrator_ended_does_not_come_back_with_the_bot(group: Bot) -> None:
    await group.rig.db.execute("UPDATE listener SET ended_at = now()")
    for nth, status in enumerate(("kicked", "member")):
        await group.send(stands(GROUP_CHAT, status, NOW + nth))
    assert await listeners(group) == [(str(GROUP_CHAT), False)]


MIGRATIONS = (
    {"chat": {"id": GROUP_CHAT, "type": "group"}, "migrate_to_chat_id": NEW_CHAT},
    {"chat": {"id": NEW_CHAT, "type": "supergroup"}, "migrate_from_chat_id": GROUP_CHAT},
)


@pytest.mark.parametrize("moved", MIGRATIONS)
@pytest.mark.parametrize("left_first", [True, False])
async def test_a_group_that_moves_takes_its_listeners_along(
    group: Bot, moved: dict[str, Any], left_first: bool
) -> None:
    left = stands(GROUP_CHAT, "left", kind="group")
    message = {"message": {"message_id": 1, "date": NOW, **moved}}
    for update in (left, message) if left_first else (message, left, message):
        assert (await group.send(update)).status == 200
    assert await listeners(group) == [(str(NEW_CHAT), True)]


@pytest.mark.parametrize(
    "update",
    [
        {"my_chat_member": {}},
        {"my_chat_member": []},
        {"my_chat_member": "x"},
        {"my_chat_member": None},
        {"my_chat_member": {"chat": {"id": 103, "type": "private"}}},
        stands(103, "kicked", -1),
        stands(103, "kicked", 10**15),
        stands(103, "kicked", kind="supergroup"),
        stands(GROUP_CHAT, "kicked", kind="private"),
        stands(GROUP_CHAT, "kicked", kind="forum of tomorrow"),
        stands(10**17, "kicked"),
        {"message": {"chat": {"id": GROUP_CHAT, "type": "group"}, "migrate_to_chat_id": "x"}},
        {"message": {"chat": {"id": 103, "type": "private"}, "migrate_to_chat_id": NEW_CHAT}},
        {"message": {"chat": {"id": GROUP_CHAT, "type": "group"}, "migrate_to_chat_id": GROUP_CHAT}},
        {"message": {"migrate_to_chat_id": NEW_CHAT}},
        {"chat_member": {"chat": {"id": GROUP_CHAT}}},
        {"my_chat_member_of_tomorrow": 1},
    ],
    ids=lambda update: json.dumps(update)[:60],
)
async def test_odd_updates_are_acknowledged_and_change_nothing(group: Bot, update: dict[str, Any]) -> None:
    assert (await group.send(update)).status == 200
    assert await listeners(group) == [(str(GROUP_CHAT), True)]
    assert await reached(group)
    assert await actions(group) == []


async def test_nobody_is_followed_without_the_secret(bot: Bot) -> None:
    answer = await bot.post({"update_id": 1, **stands(CHATS["head"], "kicked")}, "wrong")
    assert answer.status == 403
    assert await reached(bot)
