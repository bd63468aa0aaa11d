import aiohttp

from notifier.providers import build_channels
from tests.support.channel_contents import ManualClock


async def test_every_channel_is_found_by_its_kind() -> None:
    async with aiohttp.ClientSession() as http:
        channels = build_channels(http, ManualClock())
    can_update = {kind: channel.can_update for kind, channel in channels.items()}
    assert can_update == {"wecom": True, "telegram": True, "email": False, "sms": False}
