"""Run in a copy of the service to which the exercise was applied: sends by the new channel, as its account says."""

import asyncio
import json
import sys

import aiohttp

from h5_pages.channel_forms import FORMS
from notifier.channel import Account, Content, SendFailed
from notifier.providers import build_channels
from notifier.providers.accounts import ACCOUNT_KINDS
from storage.clock import RealClock
from storage.kinds import Severity

KIND = "dingtalk_robot"
CONTENT = Content(
    "y1-1", "R-1", Severity.URGENT, "Urgent", "CT is hot", "Please look", (("Device", "CT-3"),), (),
    "https://yishe.example/cases/R-1", "Open the case", "Hospital", "en", "",
)  # fmt: skip


async def main(base_url: str, *secrets: str) -> str:
    """'sent', or the failure."""
    account = Account(
        1, {"base_url": base_url}, dict(zip(("access_token", "signing_secret"), secrets, strict=True))
    )
    assert not ACCOUNT_KINDS[KIND].addressed
    assert KIND in FORMS
    async with aiohttp.ClientSession() as http:
        channel = build_channels(http, RealClock())[KIND]
        payload = json.loads(json.dumps(channel.compose(CONTENT, "", account)))
        try:
            await channel.send(payload, "", account)
        except SendFailed as failed:
            return str(failed)
    return "sent"


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(main(*sys.argv[1:])))
