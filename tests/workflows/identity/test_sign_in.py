import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from argon2 import extract_parameters

from storage.database import Database
from storage.rates import Rate
from tests.support.clocks import FixedClock
from workflows.identity.lockout import NetworkLocked
from workflows.identity.passwords import HashCost, Passwords
from workflows.identity.sign_in import Browser, SignIn, SignInLocked, SignInRefused, SignInSettings

CHEAP = SignInSettings(cost=HashCost(time=1, memory_kib=64, lanes=1))
PASSWORD = "a long enough pass phrase"


@dataclass
class Desk:
    """A sign-in with one account, `engineer`, and its clock."""

    db: Database
    clock: FixedClock
    sign_in: SignIn

    async def fail(self, username: str, times: int) -> list[Exception]:
        """Try a wrong password; what was raised each time."""
        tries = [self.sign_in.sign_in(username, "wrong") for _ in range(times)]
        return [e for e in await asyncio.gather(*tries, return_exceptions=True) if isinstance(e, Exception)]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    clock = FixedClock()
    async with Database.open(database_url) as db:
        sign_in = SignIn(db, clock, CHEAP)
        await db.execute("INSERT INTO organisation (kind, name, path) VALUES ('hospital', 'H', '1.')")
        await db.execute(
            "INSERT INTO person (organisation_id, name, title, username, password_hash, active, "
            "failed_sign_ins) SELECT id, 'Engineer', '', 'engineer', $1, true, 0 FROM organisation",
            await sign_in.hash_password(PASSWORD),
        )
        yield Desk(db, clock, sign_in)


async def test_right_password_begins_a_session_of_that_person(desk: Desk) -> None:
    token = await desk.sign_in.sign_in(" engineer ", PASSWORD)
    info = await desk.sign_in.session(token)
    person = await desk.db.fetchrow("SELECT id FROM person")
    assert info is not None
    assert person is not None
    assert info.viewer.person_id == person["id"]


async def test_token_itself_is_stored_nowhere_and_csrf_token_differs(desk: Desk) -> None:
    odd = "\x00\udcff" * 500 + "x" * 500
    token = await desk.sign_in.sign_in("engineer", PASSWORD, Browser(odd, "192.0.2.7"))
    row = await desk.db.fetchrow("SELECT s::text AS everything FROM web_session s")
    info = await desk.sign_in.session(token)
    assert row is not None
    assert info is not None
    assert token not in row["everything"]
    assert info.csrf_token not in row["everything"]
    assert info.csrf_token not in token


@pytest.mark.parametrize("username", ["engineer", "nobody", "", "a\x00b", "\udcff", "x" * 10_000])
async def test_refusal_is_the_same_for_names_that_exist_and_others(desk: Desk, username: str) -> None:
    errors = await desk.fail(username, 6)
    assert sorted(str(e) for e in errors) == [
        "After 5 failed attempts this user name is locked. Try again in 17 minutes.",
        *["User name or password is wrong."] * 5,
    ]


async def test_unknown_name_costs_one_hash_of_the_same_parameters(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = desk.sign_in.passwords._hasher
    worked: list[bytes] = []
    monkeypatch.setattr(type(hasher), "hash", lambda _self, password: worked.append(password))
    await desk.fail("nobody", 1)
    assert worked == [b"wrong"]


async def test_inactive_person_cannot_sign_in_and_loses_the_session(desk: Desk) -> None:
    token = await desk.sign_in.sign_in("engineer", PASSWORD)
    await desk.db.execute("UPDATE person SET active = false")
    assert await desk.sign_in.session(token) is None
    with pytest.raises(SignInRefused):
        await desk.sign_in.sign_in("engineer", PASSWORD)


async def test_fifth_failure_locks_even_the_right_password_for_fifteen_minutes(desk: Desk) -> None:
    await desk.fail("engineer", 5)
    desk.clock.forward(timedelta(minutes=15))
    with pytest.raises(SignInLocked):
        await desk.sign_in.sign_in("engineer", PASSWORD)
    desk.clock.forward(timedelta(minutes=2))
    assert await desk.sign_in.sign_in("engineer", PASSWORD)


async def test_tries_during_a_lock_do_not_prolong_it_and_it_begins_a_new_count(desk: Desk) -> None:
    await desk.fail("engineer", 5)
    desk.clock.forward(timedelta(minutes=14))
    errors = await desk.fail("engineer", 3)
    assert {type(e) for e in errors} == {SignInLocked}
    desk.clock.forward(timedelta(minutes=3))
    await desk.fail("engineer", 4)
    assert await desk.sign_in.sign_in("engineer", PASSWORD)


async def test_a_burst_of_guesses_at_once_gets_five_tries(desk: Desk) -> None:
    errors = await desk.fail("engineer", 30)
    assert sum(isinstance(e, SignInLocked) for e in errors) == 25


async def test_many_names_from_one_network_lock_it_and_leave_others_alone(desk: Desk) -> None:
    settings = replace(CHEAP, network_failures=Rate(3, 900))
    sign_in, office = SignIn(desk.db, desk.clock, settings), Browser("", "192.0.2.7", "192.0.2.7")
    for name in ("a", "b", "c"):
        with pytest.raises(SignInRefused):
            await sign_in.sign_in(name, "wrong", office)
    with pytest.raises(NetworkLocked):
        await sign_in.sign_in("engineer", PASSWORD, office)
    assert await sign_in.sign_in("engineer", PASSWORD, replace(office, network="198.51.100.1"))


async def test_a_ward_that_signs_in_from_one_address_all_day_is_not_locked(desk: Desk) -> None:
    settings = replace(CHEAP, network_failures=Rate(2, 900))
    sign_in, ward = SignIn(desk.db, desk.clock, settings), Browser("", "192.0.2.7", "192.0.2.7")
    for _ in range(5):
        assert await sign_in.sign_in("engineer", PASSWORD, ward)


async def test_another_process_knows_of_the_lock_and_of_its_end(desk: Desk) -> None:
    other = SignIn(desk.db, desk.clock, CHEAP)
    await desk.fail("engineer", 5)
    with pytest.raises(SignInLocked):
        await other.sign_in("engineer", PASSWORD)
    assert await other.lockout.locked_s("engineer")
    await other.lockout.unlock("engineer")
    assert await desk.sign_in.sign_in("engineer", PASSWORD)
    assert await other.lockout.locked_s("engineer") is None


async def test_sign_ins_and_refusals_of_known_people_are_on_record(desk: Desk) -> None:
    await desk.fail("engineer", 1)
    await desk.fail("nobody", 1)
    await desk.sign_in.sign_in("engineer", PASSWORD, Browser("Firefox", "192.0.2.7"))
    rows = await desk.db.fetch("SELECT action, subject, client, data->>'way' FROM audit ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("session.refuse", "Engineer", "", "password"),
        ("session.begin", "Engineer", "192.0.2.7", "password"),
    ]


async def test_success_forgets_earlier_failures(desk: Desk) -> None:
    for _ in range(3):
        await desk.fail("engineer", 4)
        await desk.sign_in.sign_in("engineer", PASSWORD)


async def test_old_hash_is_renewed_at_sign_in_and_still_fits(desk: Desk) -> None:
    dearer = SignIn(desk.db, desk.clock, replace(CHEAP, cost=HashCost(time=2, memory_kib=64, lanes=1)))
    await dearer.sign_in("engineer", PASSWORD)
    row = await desk.db.fetchrow("SELECT password_hash FROM person")
    assert row is not None
    assert extract_parameters(row["password_hash"]).time_cost == 2
    assert await dearer.sign_in("engineer", PASSWORD)


async def test_idle_session_ends_and_a_used_one_lives_on(desk: Desk) -> None:
    token = await desk.sign_in.sign_in("engineer", PASSWORD)
    for _ in range(3):
        desk.clock.forward(timedelta(minutes=29))
        assert await desk.sign_in.session(token)
    desk.clock.forward(timedelta(minutes=30))
    assert await desk.sign_in.session(token) is None


async def test_session_ends_after_twelve_hours_however_busy(desk: Desk) -> None:
    token = await desk.sign_in.sign_in("engineer", PASSWORD)
    for _ in range(47):
        desk.clock.forward(timedelta(minutes=15))
        assert await desk.sign_in.session(token)
    desk.clock.forward(timedelta(minutes=15))
    assert await desk.sign_in.session(token) is None


async def test_seen_time_is_written_at_most_once_a_minute(desk: Desk) -> None:
    token = await desk.sign_in.sign_in("engineer", PASSWORD)
    began = desk.clock.now()
    seen: list[float] = []
    for _ in range(4):
        desk.clock.forward(timedelta(seconds=30))
        await desk.sign_in.session(token)
        row = await desk.db.fetchrow("SELECT seen_at FROM web_session")
        assert row is not None
        seen.append((row["seen_at"] - began).total_seconds())
    assert seen == [0, 60, 60, 120]


async def test_signed_out_token_is_dead_and_the_other_browser_stays(desk: Desk) -> None:
    token, other = [await desk.sign_in.sign_in("engineer", PASSWORD) for _ in range(2)]
    await desk.sign_in.sign_out(token)
    assert await desk.sign_in.session(token) is None
    assert await desk.sign_in.session(other)


@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "\udcff", "x" * 10_000])
async def test_unknown_token_is_no_session(desk: Desk, token: str) -> None:
    assert await desk.sign_in.session(token) is None
    await desk.sign_in.sign_out(token)


async def test_never_more_checks_at_a_time_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(CHEAP.cost, at_once=2)
    running, most = 0, 0

    async def watched(*_: object) -> None:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        await asyncio.sleep(0)
        running -= 1

    monkeypatch.setattr("workflows.identity.passwords.asyncio.to_thread", watched)
    await asyncio.gather(*(passwords.check(None, "x") for _ in range(10)))
    assert most == 2


async def test_password_fits_however_the_keyboard_composes_it() -> None:
    passwords = Passwords(CHEAP.cost, at_once=1)
    kept = await passwords.hash("caf\u00e9 １")
    assert (await passwords.check(kept, "cafe\u0301 1")).right
    assert not (await passwords.check("no hash at all", "x")).right
