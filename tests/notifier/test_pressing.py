"""What presses goes before what does not, whatever is waited for."""

import asyncio
from collections.abc import Mapping
from typing import Any

from notifier.channel import Accepted, Account
from notifier.dispatcher import Dispatcher
from notifier.providers.wecom.channel import WeComChannel
from storage.provider_tokens import ProviderTokens
from tests.support.outside import Outside

BACKLOG = 8
URGENT = "UPDATE message SET severity = 'urgent', due_at = next_at - interval '1 day' WHERE id = $1"


class Slow(WeComChannel):
    """WeCom, that takes what is told of with its name and answers nothing before it is let."""

    let: asyncio.Event
    begun: list[str]

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        self.begun.append(payload["template_card"]["main_title"]["title"])
        await self.let.wait()
        return Accepted("")


def slow(around: Outside) -> Slow:
    channel = Slow(around.http, around.clock, ProviderTokens(around.db, around.sealer, around.clock))
    channel.let, channel.begun = asyncio.Event(), []
    return channel


async def messages(around: Outside, count: int) -> list[int]:
    """So many to the reporter, one of each case."""
    for number in range(count):
        await around.report(f"fault {number}")
    await around.db.execute("DELETE FROM message WHERE person_id <> $1", around.world.reporter)
    return [row["id"] for row in await around.db.fetch("SELECT id FROM message ORDER BY id")]


async def test_provider_that_holds_all_hands_does_not_hold_up_what_presses(around: Outside) -> None:
    ids = await messages(around, BACKLOG)
    channel = slow(around)
    dispatcher = Dispatcher(around.process(wecom=channel).sender, around.dies, hands=4)
    await dispatcher.start_due()
    await around.db.execute(URGENT, ids[-1])
    await asyncio.sleep(0.25)
    assert await dispatcher.start_due() == 1, "and nothing that does not press"
    channel.let.set()
    await dispatcher.drain()
    assert await around.db.fetch("SELECT 1 FROM message WHERE state <> 'sent'") == []


async def test_what_presses_goes_before_a_backlog(around: Outside) -> None:
    *_, last = await messages(around, BACKLOG)
    await around.db.execute(URGENT, last)
    channel = slow(around)
    dispatcher = Dispatcher(around.process(wecom=channel).sender, around.dies, hands=4)
    await dispatcher.start_due()
    async with asyncio.timeout(10):
        while len(channel.begun) < 4:  # noqa: ASYNC110 - it tells by its list alone
            await asyncio.sleep(0.01)
    row = await around.db.fetchrow("SELECT attempts FROM message WHERE id = $1", last)
    assert row
    assert row["attempts"] == 1
    channel.let.set()
    await dispatcher.drain()
