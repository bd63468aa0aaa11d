"""What is read out in a call by Tencent Cloud, within its length."""

import aiohttp

from tests.support.channel_contents import content
from tests.support.clocks import FixedClock
from tests.support.voice import LEVEL, NUMBER, TENCENT, WHAT


async def test_whole_text_is_never_longer_than_the_provider_reads_out() -> None:
    text = "医设提醒，{1}，{2}。" + "知悉请按1。" * 50
    templates = {
        "default": {"code": "4356", "text": text, "variables": {"1": LEVEL, "2": WHAT | {"length": 200}}}
    }
    async with aiohttp.ClientSession() as http:
        channel = TENCENT.channel(http, FixedClock())
        said = content(level="红色：特急", short="停" * 100)
        payload = channel.compose(said, NUMBER, TENCENT.account(templates=templates))
    assert len(payload["text"]) == 350
    assert "红色，特急" in payload["text"], "the longest is cut first"
