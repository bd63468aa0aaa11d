"""Limits shared by all processes: counted exactly, forgotten in time, no key kept in words."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage import rates
from storage.database import Database, DatabaseAway
from storage.rates import Limits, Rate, Use
from tests.support.clocks import FixedClock
from tests.support.gate import gate_to

THREE = Rate(3, 60)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url, max_size=8) as opened:
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


async def test_a_rate_allows_its_uses_and_then_says_how_long_to_wait(db: Database, clock: FixedClock) -> None:
    assert [await rates.count(db, clock, THREE, "a") for _ in range(3)] == [None, None, None]
    wait = await rates.count(db, clock, THREE, "a")
    assert wait is not None
    assert 60 <= wait <= 65


async def test_who_waited_as_long_as_was_said_may_come_again(db: Database, clock: FixedClock) -> None:
    for _ in range(3):
        await rates.count(db, clock, THREE, "a")
    wait = await rates.count(db, clock, THREE, "a")
    assert wait is not None
    clock.forward(timedelta(seconds=wait - 6))
    assert await rates.count(db, clock, THREE, "a") is not None
    clock.forward(timedelta(seconds=6))
    assert await rates.count(db, clock, THREE, "a") is None


async def test_no_window_ever_holds_more_than_the_rate(db: Database, clock: FixedClock) -> None:
    allowed = []
    for _ in range(200):
        clock.forward(timedelta(seconds=1.7))
        if await rates.count(db, clock, THREE, "a") is None:
            allowed.append(clock.now())
    windows = [sum(start <= at < start + timedelta(seconds=60) for at in allowed) for start in allowed]
    assert max(windows) == 3
    assert len(allowed) >= 3 * (200 * 1.7 // 66)


async def test_a_burst_at_once_gets_exactly_the_rate(db: Database, clock: FixedClock) -> None:
    answers = await asyncio.gather(*(rates.count(db, clock, THREE, "a", f"b{n}") for n in range(40)))
    assert answers.count(None) == 3
    assert all(wait >= 1 for wait in answers if wait is not None)


async def test_where_one_key_is_used_up_none_is_counted(db: Database, clock: FixedClock) -> None:
    for _ in range(3):
        await rates.count(db, clock, THREE, "label")
    for _ in range(5):
        assert await rates.count(db, clock, THREE, "label", "visitor") is not None
    assert await rates.count(db, clock, THREE, "visitor") is None


async def test_each_key_may_have_a_rate_of_its_own(db: Database, clock: FixedClock) -> None:
    limits = Limits(db, clock)
    uses = (Use(Rate(100, 60), "address"), Use(THREE, "label"))
    assert [await limits.wait(*uses) for _ in range(3)] == [None] * 3
    assert await limits.wait(*uses) is not None
    assert await limits.wait(uses[0]) is None


async def test_who_was_refused_costs_the_database_nothing_until_their_time_has_come(
    database_url: str, clock: FixedClock
) -> None:
    async with gate_to(database_url) as gate, Database.open(gate.dsn, acquire_timeout_s=1) as db:
        limits = Limits(db, clock)
        wait = [await limits.wait(Use(THREE, "a")) for _ in range(4)][-1]
        await gate.shut()
        assert await limits.wait(Use(THREE, "a")) == wait
        await gate.unlock()
        clock.forward(timedelta(seconds=wait or 0))
        assert await limits.wait(Use(THREE, "a")) is None


async def test_refusals_are_remembered_within_bounds(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "REFUSALS_KEPT", 2)
    limits = Limits(db, clock)
    for key in "abcd":
        assert [await limits.wait(Use(Rate(1, 60), key)) is None for _ in range(2)] == [True, False]
    assert len(limits._refused) == 2


async def test_other_keys_and_other_rates_are_counted_apart(db: Database, clock: FixedClock) -> None:
    for _ in range(4):
        await rates.count(db, clock, THREE, "a")
    assert await rates.count(db, clock, THREE, "b") is None
    assert await rates.count(db, clock, Rate(4, 60), "a") is None


async def test_what_was_forgotten_counts_no_more(db: Database, clock: FixedClock) -> None:
    for _ in range(3):
        await rates.count(db, clock, THREE, "a")
    await rates.forget(db, THREE, "a")
    assert await rates.count(db, clock, THREE, "a") is None


async def test_a_use_that_is_given_back_can_be_had_again(db: Database, clock: FixedClock) -> None:
    for _ in range(3):
        await rates.count(db, clock, THREE, "a")
    await rates.give_back(db, clock, THREE, "a")
    assert await rates.count(db, clock, THREE, "a") is None
    assert await rates.count(db, clock, THREE, "a") is not None


async def test_asking_how_long_it_takes_counts_nothing_and_says_what_counting_says(
    db: Database, clock: FixedClock
) -> None:
    for _ in range(3):
        assert await rates.wait(db, clock, THREE, "a") is None
        await rates.count(db, clock, THREE, "a")
        clock.forward(timedelta(seconds=7))
    assert await rates.wait(db, clock, THREE, "a") == await rates.count(db, clock, THREE, "a")


async def test_keys_are_kept_as_hashes_alone(db: Database, clock: FixedClock) -> None:
    await rates.count(db, clock, THREE, "secret-token \ud800")
    rows = await db.fetch("SELECT * FROM rate_window")
    assert "secret" not in str(rows)
    assert len(rows[0]["key"]) == 64


async def test_upkeep_drops_what_no_rate_remembers(db: Database, clock: FixedClock) -> None:
    await rates.count(db, clock, Rate(1, rates.LONGEST_S), "a")
    await rates.look_after(db, clock.now() + timedelta(seconds=rates.LONGEST_S))
    assert len(await db.fetch("SELECT 1 FROM rate_window")) == 1
    await rates.look_after(db, clock.now() + timedelta(seconds=3 * rates.LONGEST_S))
    assert await db.fetch("SELECT 1 FROM rate_window") == []


async def test_an_absent_database_is_said_and_nothing_is_let_through(
    database_url: str, clock: FixedClock
) -> None:
    async with gate_to(database_url) as gate, Database.open(gate.dsn, acquire_timeout_s=1) as db:
        await gate.shut()
        with pytest.raises(DatabaseAway):
            await rates.count(db, clock, THREE, "a")


@pytest.mark.parametrize(("times", "seconds"), [(0, 60), (1, 0), (1, rates.LONGEST_S + 1)])
def test_a_rate_that_cannot_be_kept_is_refused(times: int, seconds: int) -> None:
    with pytest.raises(ValueError, match="at least one use"):
        Rate(times, seconds)
