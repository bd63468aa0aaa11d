"""A group robot against its stand-in: the key, twenty a minute, and what the ledger learns of refusals."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from notifier.channel import Account, SendFailed, Verdict
from notifier.providers.wecom_robot.channel import WeComRobotChannel
from tests.support.channel_contents import content
from tests.support.sandbox import Sandbox, config_entry, sandbox

KEY = "sandbox-key-of-a-group"


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with sandbox(config_entry(robots=[{"key": KEY, "name": "Equipment group"}])) as made:
        yield made


@pytest.fixture
async def channel() -> AsyncIterator[WeComRobotChannel]:
    async with aiohttp.ClientSession() as http:
        yield WeComRobotChannel(http)


def robot(box: Sandbox, key: str = KEY) -> Account:
    return Account(5, {"base_url": str(box.http.make_url("")).rstrip("/")}, {"key": key})


async def say(channel: WeComRobotChannel, account: Account) -> str:
    """The verdict on one message: 'ok' or the failure's, with its code."""
    try:
        await channel.send(channel.compose(content(), "", account), "", account)
    except SendFailed as failure:
        return f"{failure.verdict} {failure.code} {'leaks' if KEY in str(failure) else ''}".strip()
    return "ok"


async def group(box: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = (await box.get("/sandbox/state"))["robots"][0]
    return found


async def test_a_message_stands_in_the_group_and_on_the_page(
    box: Sandbox, channel: WeComRobotChannel
) -> None:
    assert await say(channel, robot(box)) == "ok"
    (said,) = (await group(box))["messages"]
    assert said["body"]["main_title"]["title"] == content().title


async def test_the_twenty_first_in_a_minute_is_refused_as_too_many(
    box: Sandbox, channel: WeComRobotChannel
) -> None:
    verdicts = [await say(channel, robot(box)) for _ in range(21)]
    assert verdicts == ["ok"] * 20 + [f"{Verdict.RATE} 45009"]
    box.time.advance(60)
    assert await say(channel, robot(box)) == "ok"
    assert len((await group(box))["messages"]) == 21


async def test_a_wrong_key_is_for_an_administrator_to_mend(box: Sandbox, channel: WeComRobotChannel) -> None:
    assert await say(channel, robot(box, "sandbox-another-key")) == f"{Verdict.CONFIGURATION} 93000"


async def test_an_answer_that_was_lost_may_have_been_a_message(
    box: Sandbox, channel: WeComRobotChannel
) -> None:
    await box.faults(wecom={"accept_then_drop_connection": 1})
    account = robot(box)
    with pytest.raises(SendFailed) as failure:
        await channel.send(channel.compose(content(), "", account), "", account)
    assert (failure.value.verdict, failure.value.maybe_delivered) == (Verdict.TEMPORARY, True)
    assert KEY not in repr(failure.value.__context__)
