"""People link and unlink their own Telegram."""

import re
from datetime import timedelta

from storage import link_codes
from storage.link_codes import Asked, LinkCodes
from storage.sealing import MasterKey, new_master_key
from tests.support.pages import Pages, Visitor
from tests.support.world import add_account, add_contact

CODES = LinkCodes(b"k" * 32)  # as the pages of the tests have them


async def with_bot(pages: Pages) -> int:
    sealer = MasterKey(new_master_key())
    settings, secrets = {"bot_username": "demo_bot"}, {"token": "111111:made-up-token"}
    return await add_account(pages.db, pages.world.hospital, "telegram", "bot", settings, secrets, sealer)


async def code_on_page(visitor: Visitor) -> str:
    await visitor.get("/me/telegram")
    page = await visitor.post("/me/telegram", {})
    assert page.status == 200
    found = re.search(r'<p class="code">([A-Z2-9]{10})</p>', page.text)
    assert found is not None
    assert f"https://t.me/demo_bot?start={found[1]}" in page.text
    assert f"/start {found[1]}" in page.text
    return found[1]


async def redeemed(pages: Pages, account: int, code: str) -> bool:
    shown = CODES.fingerprint(account, code)
    assert shown is not None
    asked = Asked(pages.clock.now(), "telegram", "Telegram")
    return await link_codes.redeem(pages.db, shown, account, "42", asked) is not None


async def test_the_code_on_the_page_links_and_the_next_one_replaces_it(pages: Pages) -> None:
    account = await with_bot(pages)
    visitor = await pages.person(pages.world.engineer)
    former, newest = await code_on_page(visitor), await code_on_page(visitor)
    assert not await redeemed(pages, account, former)
    assert await redeemed(pages, account, newest)
    assert "Your Telegram is linked" in (await visitor.get("/me/telegram")).text


async def test_a_linked_chat_is_put_first_and_unlinked(pages: Pages) -> None:
    account, person = await with_bot(pages), pages.world.engineer
    await add_contact(pages.db, person, await other_account(pages), "engineer", rank=1)
    await add_contact(pages.db, person, account, "42", rank=2)
    visitor = await pages.person(person)
    assert "number 2 of your 2 channels" in (await visitor.get("/me/telegram")).text
    assert (await visitor.post("/me/telegram/first", {})).status == 303
    assert "You are notified there first" in (await visitor.get("/me/telegram")).text
    assert (await visitor.post("/me/telegram/unlink", {})).location == "/me/telegram"
    assert "Get a code" in (await visitor.get("/me/telegram")).text
    assert len(await pages.db.fetch("SELECT 1 FROM contact_point WHERE person_id = $1", person)) == 1


async def other_account(pages: Pages) -> int:
    sealer = MasterKey(new_master_key())
    return await add_account(pages.db, pages.world.hospital, "wecom", "app", {}, {"a": "b"}, sealer)


async def test_where_there_is_no_bot_the_page_says_so(pages: Pages) -> None:
    visitor = await pages.person(pages.world.engineer)
    assert "No Telegram bot is set up" in (await visitor.get("/me/telegram")).text
    assert (await visitor.post("/me/telegram", {})).status == 404


async def test_codes_are_not_given_without_end(pages: Pages) -> None:
    await with_bot(pages)
    visitor = await pages.person(pages.world.engineer)
    for _ in range(10):
        await code_on_page(visitor)
    assert (await visitor.post("/me/telegram", {})).status == 429
    pages.clock.forward(timedelta(minutes=11))
    assert (await visitor.post("/me/telegram", {})).status == 200


async def test_the_page_is_for_those_who_are_signed_in(pages: Pages) -> None:
    visitor = await pages.visitor()
    assert "/sign-in" in (await visitor.get("/me/telegram")).location
    assert await pages.db.fetch("SELECT 1 FROM link_code") == []
