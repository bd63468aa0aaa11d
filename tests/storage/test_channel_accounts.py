from collections.abc import AsyncIterator

import pytest

from storage.channel_accounts import StoredChannelAccounts
from storage.database import Database
from storage.directory import person_at
from storage.sealing import MasterKey, SealBroken, new_master_key
from tests.support.world import LONG_AGO, World, add_account, add_contact, add_organisation, make_world

SECRETS = {"secret": "made-up-secret"}


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url, max_size=2) as opened:
        yield opened


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(db)


@pytest.fixture
def sealer() -> MasterKey:
    return MasterKey(new_master_key())


async def test_account_is_found_with_its_secrets_opened_and_hidden(
    db: Database, world: World, sealer: MasterKey
) -> None:
    account = await add_account(db, world.hospital, "wecom", "one", {"corp_id": "c"}, SECRETS, sealer)
    accounts = StoredChannelAccounts(db, sealer)
    opened = await accounts.by_public_key("wecom", "one")
    assert opened is not None
    assert (opened.id, opened.settings, opened.secrets) == (account, {"corp_id": "c"}, SECRETS)
    assert "made-up-secret" not in repr(opened)
    assert await accounts.by_id(account) == opened
    assert await accounts.by_public_key("email", "one") is None


async def test_changed_secrets_and_a_closed_account_count_at_once(
    db: Database, world: World, sealer: MasterKey
) -> None:
    account = await add_account(db, world.hospital, "wecom", "one", {}, SECRETS, sealer)
    accounts = StoredChannelAccounts(db, sealer)
    await accounts.by_id(account)
    newer = sealer.seal({"secret": "newer"}, "channel_account:one")
    await db.execute("UPDATE channel_account SET sealed = $1", newer)
    opened = await accounts.by_id(account)
    assert opened is not None
    assert opened.secrets == {"secret": "newer"}
    await db.execute("UPDATE channel_account SET active = false")
    assert await accounts.by_id(account) is None


async def test_secrets_of_another_account_do_not_open(db: Database, world: World, sealer: MasterKey) -> None:
    account = await add_account(db, world.hospital, "wecom", "one", {}, SECRETS, sealer)
    await db.execute("UPDATE channel_account SET sealed = $1", sealer.seal(SECRETS, "channel_account:two"))
    with pytest.raises(SealBroken):
        await StoredChannelAccounts(db, sealer).by_id(account)


async def test_account_is_inherited_downward_until_an_own_one(db: Database, sealer: MasterKey) -> None:
    province = await add_organisation(db, "province", "Demo Province")
    hospital = await add_organisation(db, "hospital", "Demo Hospital", province)
    accounts = StoredChannelAccounts(db, sealer)
    path = f"{province}.{hospital}."
    async with db.connection() as connection:
        assert await accounts.nearest(connection, "email", path) is None
        upper = await add_account(db, province, "email", "upper", {}, {}, sealer)
        own = await add_account(db, hospital, "wecom", "own", {}, {}, sealer)
        found = [await accounts.nearest(connection, kind, path) for kind in ("email", "wecom")]
        assert [account and account.id for account in found] == [upper, own]
        assert await accounts.nearest(connection, "wecom", f"{province}.") is None


@pytest.mark.parametrize(("address", "known"), [("zhangsan", True), ("ZhangSan", True), ("zhang", False)])
async def test_person_is_known_by_address_at_one_account(
    db: Database, world: World, sealer: MasterKey, address: str, known: bool
) -> None:
    account = await add_account(db, world.hospital, "wecom", "one", {}, {}, sealer)
    other = await add_account(db, world.hospital, "wecom", "two", {}, {}, sealer)
    await add_contact(db, world.engineer, account, "zhangsan")
    async with db.connection() as connection:
        found = await person_at(connection, account, address, LONG_AGO)
        assert (found is not None and found.name == "Engineer") == known
        assert await person_at(connection, other, address, LONG_AGO) is None
