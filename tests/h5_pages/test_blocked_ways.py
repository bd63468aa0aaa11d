"""Whoever administers somebody sees that they have blocked an account, and that nothing reaches them there."""

from datetime import UTC, datetime

from storage.chat_standing import Chat, person_stands
from storage.sealing import MasterKey, new_master_key
from tests.support.pages import Pages
from tests.support.world import add_account, add_contact, add_person
from workflows.identity.roles import Role


async def test_a_way_that_is_blocked_is_named_with_its_time_until_it_is_open_again(pages: Pages) -> None:
    hospital, engineer = pages.world.hospital, pages.world.engineer
    sealer = MasterKey(new_master_key())
    account = await add_account(pages.db, hospital, "telegram", "The bot", {}, {}, sealer)
    await add_contact(pages.db, engineer, account, "42")
    administrator = await add_person(pages.db, hospital, "Administrator", Role.ADMINISTRATOR)
    visitor = await pages.person(administrator)
    at = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
    for takes, shown in ((False, True), (True, False)):
        async with pages.db.transaction() as tx:
            await person_stands(tx, Chat(account, "42"), takes=takes, at=None, now=at)
        page = (await visitor.get(f"/admin/people/{engineer}")).text
        assert ("The bot: blocked by this person since 2026-03-02 09:02:03" in page) is shown
        assert ("None: this person cannot be notified." in page) is shown
