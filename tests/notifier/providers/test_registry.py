import aiohttp

from notifier.providers import build_channels
from notifier.providers.accounts import ACCOUNT_KINDS
from tests.support.channel_contents import ManualClock


async def test_every_channel_is_found_by_its_kind() -> None:
    async with aiohttp.ClientSession() as http:
        channels = build_channels(http, ManualClock())
    assert {kind: channel.kind for kind, channel in channels.items()} == {
        kind: kind for kind in ACCOUNT_KINDS
    }


async def test_only_what_can_be_changed_afterwards_says_so() -> None:
    async with aiohttp.ClientSession() as http:
        channels = build_channels(http, ManualClock())
    assert {kind for kind, channel in channels.items() if channel.can_update} == {"wecom", "telegram"}
