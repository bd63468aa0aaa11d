"""A new master key: everything is sealed anew while the service runs, and what was given out goes on working."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bot.master_key import master_key
from bot.rotation import rotate_key
from bot.settings import Settings, SettingsWrong, load_settings
from storage import kept_keys, rotation
from storage.channel_accounts import StoredChannelAccounts
from storage.kept_keys import LINKS
from storage.sealing import Envelopes, MasterKey, SealBroken, new_master_key, record_context
from tests.support.desk import Desk, open_desk
from tests.support.world import add_account

OLD, NEW, LOST = new_master_key(), new_master_key(), new_master_key()
SECRETS = {"password": "made-up"}
PATIENT = {"patient_name": "Somebody"}
EVENT = """
INSERT INTO adverse_event (case_id, outcome, happened_on, known_at, manifestation, sealed)
VALUES ($1, 'other', '2026-03-01', now(), 'burn', $2)
"""


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url) as opened:
        yield opened


@pytest.fixture
async def case(desk: Desk) -> int:
    """A case with a patient, an account and kept keys, all sealed with the old key."""
    opened = await desk.report()
    sealed = Envelopes(MasterKey(OLD)).seal_fields(
        PATIENT, record_context("adverse_event", opened.case_id), {}
    )
    await desk.db.execute(EVENT, opened.case_id, sealed)
    await add_account(desk.db, desk.world.hospital, "email", "mail", {}, SECRETS, MasterKey(OLD))
    await kept_keys.kept_keys(desk.db, MasterKey(OLD), desk.real.now())
    return opened.case_id


def settings(*old: str, key: str = NEW) -> Settings:
    return load_settings(master_key=key, old_master_keys=" ".join(old), database_url="postgresql://x/x")


async def rotate(desk: Desk, given: Settings, *, end_links: bool = False) -> tuple[int, list[str]]:
    said: list[str] = []
    return await rotate_key(given, desk.db.dsn, desk.real, said.append, end_links=end_links), said


async def opened_by(desk: Desk, case: int, master: MasterKey) -> tuple[Mapping[str, str], Mapping[str, str]]:
    account = await StoredChannelAccounts(desk.db, master).by_public_key("email", "mail")
    sealed: dict[str, Any] = await desk.value("SELECT sealed FROM adverse_event WHERE case_id = $1", case)
    patient = Envelopes(master).open_fields(sealed, record_context("adverse_event", case), PATIENT)
    assert account is not None
    return account.secrets, patient


async def test_the_newest_key_alone_opens_everything_afterwards(desk: Desk, case: int) -> None:
    both = MasterKey(NEW, [OLD])
    assert await opened_by(desk, case, both) == (SECRETS, PATIENT), "the service runs on before and while"
    code, said = await rotate(desk, settings(OLD))
    assert code == 0
    assert said[-1].startswith(
        f"key {both.key_id.hex()} opens everything; {MasterKey(OLD).key_id.hex()} can be taken"
    )
    assert await opened_by(desk, case, MasterKey(NEW)) == (SECRETS, PATIENT)
    with pytest.raises(SealBroken):
        await opened_by(desk, case, MasterKey(OLD))


async def test_a_second_run_changes_nothing_and_the_first_is_on_record(desk: Desk, case: int) -> None:
    await rotate(desk, settings(OLD))
    before = await desk.db.fetch("SELECT sealed FROM channel_account UNION ALL SELECT sealed FROM kept_key")
    assert (await rotate(desk, settings(OLD)))[0] == 0
    assert (
        await desk.db.fetch("SELECT sealed FROM channel_account UNION ALL SELECT sealed FROM kept_key")
        == before
    )
    [row] = await desk.db.fetch("SELECT door, subject, data FROM trail WHERE action = 'master_key.rotate'")
    assert (row["door"], row["subject"]) == ("system", MasterKey(NEW).key_id.hex())
    assert row["data"]["count"] == {"channel accounts": 1, "kept keys": 3, "patients": 1}


async def test_a_run_that_was_cut_short_is_taken_up_again(desk: Desk, case: int) -> None:
    async for _ in rotation.rotate(desk.db, MasterKey(NEW, [OLD])):
        break
    left = await rotation.left(desk.db, MasterKey(NEW, [OLD]))
    assert left.older == {"channel accounts": 0, "kept keys": 3, "tokens": 0, "patients": 1}
    assert (await rotate(desk, settings(OLD)))[0] == 0
    assert await opened_by(desk, case, MasterKey(NEW)) == (SECRETS, PATIENT)


async def test_what_no_key_opens_is_counted_and_left_as_it_is(desk: Desk, case: int) -> None:
    await add_account(desk.db, desk.world.hospital, "email", "lost", {}, SECRETS, MasterKey(LOST))
    code, said = await rotate(desk, settings(OLD))
    assert code == 1
    assert "channel accounts: 1 cannot be opened with any key that is set" in said
    assert await opened_by(desk, case, MasterKey(NEW)) == (SECRETS, PATIENT)
    lost = await StoredChannelAccounts(desk.db, MasterKey(LOST)).by_public_key("email", "lost")
    assert lost is not None
    assert lost.secrets == SECRETS


async def test_links_that_were_given_out_count_before_and_after(desk: Desk, case: int) -> None:
    """Also those of a version that derived their key and kept none."""
    given_out = MasterKey(OLD).derive(LINKS)
    both = await kept_keys.kept_keys(desk.db, MasterKey(NEW, [OLD]), desk.real.now())
    await rotate(desk, settings(OLD))
    after = await kept_keys.kept_keys(desk.db, MasterKey(NEW), desk.real.now())
    assert both == after
    assert after[LINKS] == given_out


async def test_links_can_be_ended_with_the_old_key(desk: Desk, case: int) -> None:
    before = await kept_keys.kept_keys(desk.db, MasterKey(OLD), desk.real.now())
    code, _ = await rotate(desk, settings(OLD), end_links=True)
    after = await kept_keys.kept_keys(desk.db, MasterKey(NEW), desk.real.now())
    assert code == 0
    assert not set(before.values()) & set(after.values())


async def test_two_processes_that_start_at_once_keep_the_same_keys(desk: Desk) -> None:
    both = MasterKey(NEW, [OLD])
    starts = [kept_keys.kept_keys(desk.db, both, desk.real.now()) for _ in range(2)]
    first, second = await asyncio.gather(*starts)
    assert first == second
    assert first[LINKS] == MasterKey(OLD).derive(LINKS)


def test_a_wrong_old_key_is_named_and_not_shown() -> None:
    with pytest.raises(SettingsWrong, match="YISHE_OLD_MASTER_KEYS") as wrong:
        master_key(settings("much-too-short"))
    assert "much-too-short" not in str(wrong.value)
