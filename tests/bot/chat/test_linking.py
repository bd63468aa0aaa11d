"""A chat is linked by a one-time code, and only by that."""

from datetime import timedelta

from storage import link_codes
from storage.link_codes import HOLDS, Asked
from storage.upkeep import look_after
from tests.support.telegram_chat import STRANGER, Bot
from tests.support.world import add_account, add_organisation, add_person

NEW = 555


def on_page(bot: Bot) -> Asked:
    return Asked(bot.rig.clock.now(), "page", "198.51.100.1")


async def code_for(bot: Bot, person: int) -> str:
    rig = bot.rig
    return await link_codes.issue(rig.db, rig.codes, "telegram", bot.account, person, on_page(bot))


async def start(bot: Bot, code: str, chat: int = NEW, update_id: int | None = None) -> str:
    return (await bot.write(chat, f"/start {code}", update_id)).text


async def test_code_links_the_chat_and_says_to_whom(bot: Bot) -> None:
    person = bot.rig.world.department_head
    said = await start(bot, await code_for(bot, person))
    assert "[zh]This chat is now linked to Head of Radiology." in said
    assert await bot.addresses(person) == ["555"]
    assert "Hello Head of Radiology" in (await bot.write(NEW, "/start")).text


async def test_code_may_be_typed_in_small_letters_with_a_dash(bot: Bot) -> None:
    code = await code_for(bot, bot.rig.world.department_head)
    assert "now linked" in await start(bot, f" {code[:5].lower()}-{code[5:].lower()} ")


async def test_code_counts_once(bot: Bot) -> None:
    code = await code_for(bot, bot.rig.world.department_head)
    await start(bot, code)
    assert "already used" in await start(bot, code, STRANGER)
    assert await bot.addresses(bot.rig.world.department_head) == ["555"]


async def test_same_message_again_gets_the_same_answer(bot: Bot) -> None:
    code = await code_for(bot, bot.rig.world.department_head)
    assert await start(bot, code, update_id=9) == await start(bot, code, update_id=9)


async def test_expired_former_and_wrong_codes_are_refused(bot: Bot) -> None:
    person = bot.rig.world.department_head
    former = await code_for(bot, person)
    newest = await code_for(bot, person)
    assert "is wrong" in await start(bot, former)
    assert "is wrong" in await start(bot, "not-a-code")
    bot.rig.clock.forward(HOLDS)
    assert "has expired" in await start(bot, newest)
    assert await bot.addresses(person) == []


async def test_tries_are_counted_for_each_chat(bot: Bot) -> None:
    code = await code_for(bot, bot.rig.world.department_head)
    for _ in range(5):
        await start(bot, "AAAAAAAAAA")
    assert "Too many requests" in await start(bot, code)
    assert "now linked" in await start(bot, code, STRANGER)


async def test_new_chat_replaces_the_persons_older_one(bot: Bot) -> None:
    person = bot.rig.world.engineer
    await start(bot, await code_for(bot, person))
    assert await bot.addresses(person) == ["555"]
    assert "chat is not linked yet" in (await bot.write("engineer", "/todo")).text


async def test_a_chat_that_was_ended_is_linked_anew(bot: Bot) -> None:
    person = bot.rig.world.engineer
    await start(bot, await code_for(bot, person))
    await bot.rig.db.execute("UPDATE contact_point SET ended_at = now() WHERE person_id = $1", person)
    assert await link_codes.state(bot.rig.db, person, bot.account) is None
    assert "now linked" in await start(bot, await code_for(bot, person))
    assert await link_codes.state(bot.rig.db, person, bot.account) is not None


async def test_chat_leaves_whoever_had_it_and_the_ledger_stays(bot: Bot) -> None:
    rig = bot.rig
    case = await rig.awaiting_approval()
    await bot.card_of(case, "head")
    await rig.db.execute(
        "UPDATE delivery SET contact_point_id = (SELECT id FROM contact_point WHERE address = '103')"
    )
    await start(bot, await code_for(bot, rig.world.department_head), 103)
    assert await bot.addresses(rig.world.head) == []
    assert await bot.addresses(rig.world.department_head) == ["103"]
    rows = await rig.db.fetch("SELECT address, contact_point_id FROM delivery")
    assert [(row["address"], row["contact_point_id"]) for row in rows] == [("103", None)]


async def test_code_of_another_bot_or_of_a_leaver_does_not_count(bot: Bot) -> None:
    rig = bot.rig
    other = await add_account(rig.db, rig.world.hospital, "telegram", "two", {}, {"a": "b"}, rig.sealer)
    person = rig.world.department_head
    foreign = await link_codes.issue(rig.db, rig.codes, "telegram", other, person, on_page(bot))
    assert "is wrong" in await start(bot, foreign)
    code = await code_for(bot, person)
    await rig.db.execute("UPDATE person SET active = false WHERE id = $1", person)
    assert "is wrong" in await start(bot, code)


async def test_person_outside_of_the_bots_organisation_is_not_linked(bot: Bot) -> None:
    elsewhere = await add_organisation(bot.rig.db, "hospital", "Second Demo Hospital")
    person = await add_person(bot.rig.db, elsewhere, "Foreign Engineer")
    assert "is wrong" in await start(bot, await code_for(bot, person))
    assert await link_codes.account_for(bot.rig.db, "telegram", person) is None


async def test_only_a_hash_of_the_code_is_kept(bot: Bot) -> None:
    code = await code_for(bot, bot.rig.world.engineer)
    rows = await bot.rig.db.fetch("SELECT row_to_json(link_code)::text AS kept FROM link_code")
    assert len(rows) == 1
    assert code not in rows[0]["kept"]


async def test_linked_chat_is_the_last_way_until_it_is_put_first(bot: Bot) -> None:
    rig, person = bot.rig, bot.rig.world.department_head
    await start(bot, await code_for(bot, person))
    state = await link_codes.state(rig.db, person, bot.account)
    assert state == link_codes.LinkState(place=2, ways=2)
    await link_codes.put_first(rig.db, person, bot.account, on_page(bot))
    assert await link_codes.state(rig.db, person, bot.account) == link_codes.LinkState(1, 2)
    await link_codes.unlink(rig.db, person, bot.account, on_page(bot))
    assert await link_codes.state(rig.db, person, bot.account) is None


async def test_codes_are_cleaned_up_a_day_later(bot: Bot) -> None:
    await code_for(bot, bot.rig.world.engineer)
    await look_after(bot.rig.db, bot.rig.clock.now() + timedelta(hours=23))
    assert len(await bot.rig.db.fetch("SELECT 1 FROM link_code")) == 1
    await look_after(bot.rig.db, bot.rig.clock.now() + timedelta(hours=25))
    assert await bot.rig.db.fetch("SELECT 1 FROM link_code") == []


async def test_linking_and_unlinking_are_audited(bot: Bot) -> None:
    rig, person = bot.rig, bot.rig.world.department_head
    await start(bot, await code_for(bot, person))
    await link_codes.unlink(rig.db, person, bot.account, on_page(bot))
    rows = await rig.db.fetch(
        "SELECT person_id, action, door, client, after->>'address' FROM audit ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [
        (person, "link_code.issue", "page", "198.51.100.1", None),
        (person, "chat.link", "telegram", "Telegram", "555"),
        (person, "chat.unlink", "page", "198.51.100.1", None),
    ]
