"""One token for all processes, however many of them want one at the same moment."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from notifier.channel import Account
from notifier.providers.wecom.channel import WeComChannel
from storage.database import Database
from storage.provider_tokens import ProviderTokens, forget_expired
from storage.sealing import MasterKey, new_master_key
from tests.support.channel_contents import AES_KEY, SECRET, TOKEN, ManualClock, content, wecom_account
from tests.support.wecom_stub import WeComStub
from tests.support.world import add_account, make_world

KEY = MasterKey(new_master_key())
PROCESSES = 2


class Processes:
    """Two processes' channels on one database, and WeCom's side."""

    def __init__(self, stub: WeComStub, account: Account, clock: ManualClock) -> None:
        self.stub, self.account, self.clock = stub, account, clock
        self.channels: Sequence[WeComChannel] = ()
        self.db: Database

    async def storm(self, tasks: int) -> list[BaseException]:
        """So many sends at once in each process; what failed of them."""
        sends = [self._send(channel) for channel in self.channels for _ in range(tasks)]
        ends = await asyncio.gather(*sends, return_exceptions=True)
        return [end for end in ends if isinstance(end, BaseException)]

    async def _send(self, channel: WeComChannel) -> None:
        await channel.send(channel.compose(content(), "zhangsan", self.account), "zhangsan", self.account)


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[Processes]:
    stub, clock = WeComStub(), ManualClock()
    async with (
        TestServer(stub.app()) as server,
        Database.open(database_url, max_size=3) as one,
        Database.open(database_url, max_size=3) as two,
        aiohttp.ClientSession() as http,
    ):
        world = await make_world(one)
        known = wecom_account(str(server.make_url("")).rstrip("/"))
        number = await add_account(one, world.hospital, "wecom", "app", known.settings, known.secrets, KEY)
        made = Processes(stub, Account(number, known.settings, known.secrets), clock)
        made.db = one
        made.channels = [WeComChannel(http, clock, ProviderTokens(db, KEY, clock)) for db in (one, two)]
        yield made


async def test_fifty_tasks_in_each_of_two_processes_make_one_token_request(both: Processes) -> None:
    assert await both.storm(50) == []
    assert (both.stub.token_requests, len(both.stub.bodies)) == (1, 50 * PROCESSES)


async def test_a_token_that_died_early_is_asked_for_once_by_all(both: Processes) -> None:
    await both.storm(1)
    both.stub.good_token = "withdrawn"
    assert await both.storm(20) == []
    assert both.stub.token_requests == 2


async def test_a_process_that_starts_later_asks_for_none(both: Processes) -> None:
    first, second = both.channels
    both.channels = [first]
    await both.storm(1)
    both.channels = [second]
    assert (await both.storm(1), both.stub.token_requests) == ([], 1)


async def test_a_failed_request_is_not_kept_and_the_next_one_asks_again(both: Processes) -> None:
    both.stub.token_answers = [{"errcode": -1, "errmsg": "busy"}]
    both.channels = both.channels[:1]
    assert len(await both.storm(1)) == 1
    assert (await both.storm(1), both.stub.token_requests) == ([], 2)


async def test_a_new_secret_is_never_answered_with_the_token_of_the_old_one(both: Processes) -> None:
    await both.storm(1)
    settings = {**both.account.settings, "corp_id": "wx-of-another"}
    callback = {"callback_token": TOKEN, "encoding_aes_key": AES_KEY}
    both.account = Account(both.account.id, settings, {"secret": SECRET, **callback})
    assert await both.storm(1) == []
    assert both.stub.token_requests == 2


async def test_the_token_is_kept_sealed_and_forgotten_when_it_is_over(both: Processes) -> None:
    await both.storm(1)
    row = await both.db.fetchrow("SELECT sealed FROM provider_token")
    assert row is not None
    assert both.stub.good_token.encode() not in row["sealed"]
    both.clock.move(7201)
    await forget_expired(both.db, both.clock.now())
    assert await both.db.fetchrow("SELECT 1 FROM provider_token") is None
