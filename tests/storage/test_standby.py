"""Which account takes over from one that is down, and when that one is tried again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from storage import standby
from storage.database import Database
from storage.sealing import MasterKey, new_master_key
from storage.standby import Failure, Standby
from tests.support.clocks import FixedClock
from tests.support.world import World, add_account, make_world

SMS = ("sms", "tencent_sms")


@dataclass
class House:
    """A hospital with an SMS account, and its standby at another provider."""

    db: Database
    world: World
    clock: FixedClock
    own: int
    other: int
    below: int

    async def fails(self, verdict: str = "temporary", times: int = 1, account: int | None = None) -> None:
        async with self.db.connection() as connection:
            for _ in range(times):
                now = self.clock.now()
                failure = Failure(verdict, "http-502")
                await standby.failed(connection, account or self.own, SMS, failure, now)

    async def works(self, account: int) -> None:
        async with self.db.connection() as connection:
            await standby.worked(connection, [account])

    async def taken(self, *, urgent: bool = True, account: int | None = None) -> int | None:
        async with self.db.connection() as connection:
            found = await standby.takes_over(
                connection, account or self.own, SMS, self.clock.now(), urgent=urgent
            )
        return found.account_id if isinstance(found, Standby) else None


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    sealer = MasterKey(new_master_key())
    async with Database.open(database_url, max_size=4) as db:
        world = await make_world(db)
        own = await add_account(db, world.hospital, "sms", "own", {}, {}, sealer)
        below = await add_account(db, world.department, "tencent_sms", "below", {}, {}, sealer)
        await add_account(db, world.hospital, "email", "mail", {}, {}, sealer)
        other = await add_account(db, world.hospital, "tencent_sms", "other", {}, {}, sealer)
        yield House(db, world, FixedClock(), own, other, below)


async def test_account_that_works_is_used(house: House) -> None:
    assert await house.taken() is None


async def test_one_failure_is_borne(house: House) -> None:
    await house.fails()
    house.clock.forward(timedelta(hours=1))
    assert await house.taken() is None


async def test_urgent_message_goes_by_the_standby_after_a_minute_of_failures(house: House) -> None:
    await house.fails(times=2)
    assert await house.taken() is None
    house.clock.forward(timedelta(minutes=1))
    assert await house.taken() == house.other
    assert await house.taken(urgent=False) is None, "what is not urgent waits longer"


async def test_other_messages_follow_after_ten_minutes(house: House) -> None:
    await house.fails(times=2)
    house.clock.forward(timedelta(minutes=10))
    await house.fails()
    assert await house.taken(urgent=False) == house.other


async def test_account_that_is_refused_as_such_is_left_at_once(house: House) -> None:
    await house.fails("configuration")
    assert await house.taken() == house.other
    assert await house.taken(urgent=False) == house.other


@pytest.mark.parametrize("verdict", ["permanent", "rate"])
async def test_refusal_of_a_number_says_that_the_account_lives(house: House, verdict: str) -> None:
    await house.fails(times=2)
    await house.fails(verdict)
    house.clock.forward(timedelta(hours=1))
    assert await house.taken() is None


async def test_one_message_a_minute_finds_out_whether_it_works_again(house: House) -> None:
    await house.fails("configuration")
    house.clock.forward(timedelta(minutes=1))
    assert [await house.taken(urgent=False) for _ in range(3)] == [None, house.other, house.other]
    house.clock.forward(timedelta(minutes=1))
    assert await house.taken(urgent=False) is None


async def test_urgent_message_is_the_probe_only_where_no_other_came_for_long(house: House) -> None:
    await house.fails("configuration")
    house.clock.forward(timedelta(minutes=2))
    assert await house.taken() == house.other
    house.clock.forward(timedelta(minutes=3))
    assert [await house.taken(), await house.taken()] == [None, house.other]


async def test_success_closes_the_circuit_for_all(house: House) -> None:
    await house.fails("configuration")
    await house.works(house.own)
    assert await house.taken() is None


async def test_standby_that_is_down_itself_does_not_take_over(house: House) -> None:
    await house.fails("configuration")
    await house.fails("configuration", account=house.other)
    assert await house.taken() is None


async def test_no_standby_is_switched_off_or_belongs_to_somebody_below(house: House) -> None:
    await house.fails("configuration")
    await house.db.execute("UPDATE channel_account SET active = false WHERE id = $1", house.other)
    assert await house.taken() is None


async def test_account_of_the_house_above_takes_over_from_one_below(house: House) -> None:
    await house.fails("configuration", account=house.below)
    assert await house.taken(account=house.below) == house.own
    await house.fails("configuration")
    assert await house.taken(account=house.below) == house.other


async def test_policy_says_how_long_failures_are_borne(house: House) -> None:
    await house.db.execute(
        "INSERT INTO policy (organisation_id, name, version, value, valid_from, source) "
        "VALUES ($1, 'notifier.standby_urgent', 1, $2, $3, 'test')",
        house.world.hospital,
        {"amount": 3, "unit": "minutes"},
        house.clock.now(),
    )
    await house.fails(times=2)
    house.clock.forward(timedelta(minutes=2))
    assert await house.taken() is None
    house.clock.forward(timedelta(minutes=1))
    assert await house.taken() == house.other


async def test_nothing_is_counted_where_nobody_could_stand_in(house: House) -> None:
    await house.db.execute("UPDATE channel_account SET active = false WHERE kind = 'tencent_sms'")
    await house.fails("configuration")
    assert await house.db.fetch("SELECT * FROM account_circuit") == []
