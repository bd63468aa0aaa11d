"""`wecom_client_vs_bare_aiohttp`: the same cards to the same stand-in, by our channel and by bare posts, in turn."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bench.paired import Rate, in_turn, rate_of
from bench.place import Place
from bench.results import Measured
from bench.wecom_stand_in import TOKEN
from notifier.channel import Account, Button, Content
from notifier.providers.wecom.channel import WeComChannel
from storage.clock import RealClock
from storage.database import Database
from storage.provider_tokens import ProviderTokens
from storage.sealing import MasterKey, new_master_key
from tests.support.channel_contents import AES_KEY, CONTENT
from tests.support.world import add_account, add_organisation

MESSAGES, AT_ONCE = 2000, 16
ADDRESS = "engineer"
OURS = (
    "WeComChannel.send of a frozen payload: the address and the account checked, the shared token, the body as UTF-8, "
    "time limits, the answer as a model, errors told apart, those left out of the recipients found."
)
THEIRS = "aiohttp: session.post(url, params, json=payload) and read(); nothing is looked at but the status."
Send = Callable[[Mapping[str, Any]], Awaitable[object]]


async def vs_bare_aiohttp(place: Place) -> Mapping[str, Measured]:
    """Both with sixteen at a time, over one session each."""
    count = place.effort.of(MESSAGES, 50)
    key, clock = MasterKey(new_master_key()), RealClock()
    async with (
        stand_in() as url,
        Database.open(await place.migrated(), max_size=2) as db,
        aiohttp.ClientSession() as ours,
        aiohttp.ClientSession() as theirs,
    ):
        account = await _account(db, url, key)
        channel = WeComChannel(ours, clock, ProviderTokens(db, key, clock))
        bodies = _bodies(channel, account, count)

        async def by_channel(body: Mapping[str, Any]) -> object:
            return await channel.send(body, ADDRESS, account)

        async def bare(body: Mapping[str, Any]) -> object:
            where, query = f"{url}/cgi-bin/message/send", {"access_token": TOKEN}
            async with theirs.post(where, params=query, json=body) as response:
                response.raise_for_status()
                return await response.read()

        pairs = await in_turn(_rate(by_channel, bodies), _rate(bare, bodies), place.effort.rounds)
    detail = {"ours": OURS, "theirs": THEIRS, "messages_a_round": count, "at_once": AT_ONCE}
    return {"wecom_client_vs_bare_aiohttp": pairs.measured(**detail)}


def _bodies(channel: WeComChannel, account: Account, count: int) -> Sequence[Mapping[str, Any]]:
    """Frozen cards with buttons, as they come out of the ledger."""
    buttons = (
        Button("approve", "同意", "primary"),
        Button("reject", "拒绝", url="https://yishe.example/c/1/reject"),
    )
    made = [Content(**{**vars(CONTENT), "unique_id": f"b{i}", "buttons": buttons}) for i in range(count)]
    return [json.loads(json.dumps(channel.compose(content, ADDRESS, account))) for content in made]


def _rate(send: Send, bodies: Sequence[Mapping[str, Any]]) -> Rate:
    async def hand(mine: Sequence[Mapping[str, Any]]) -> None:
        for body in mine:
            await send(body)

    async def all_of_them() -> None:
        await asyncio.gather(*(hand(bodies[first::AT_ONCE]) for first in range(AT_ONCE)))

    return lambda: rate_of(len(bodies), all_of_them())


async def _account(db: Database, url: str, key: MasterKey) -> Account:
    hospital = await add_organisation(db, "hospital", "Hospital")
    settings = {"corp_id": "ww-bench", "agent_id": 1000002, "base_url": url}
    secrets = {"secret": "s", "callback_token": "t", "encoding_aes_key": AES_KEY}
    number = await add_account(db, hospital, "wecom", "app", settings, secrets, key)
    return Account(number, settings, secrets)


@asynccontextmanager
async def stand_in() -> AsyncIterator[str]:
    """The address of a process that plays the least of WeCom."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.wecom_stand_in", stdin=pipe, stdout=pipe
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the stand-in has no pipes")
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.stdin.close()
        await process.wait()
