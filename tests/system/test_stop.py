"""A service that is asked to stop ends in order: nothing that is being sent is cut off."""

import asyncio
import time
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import aiohttp
import pytest

from tests.support.installation import Installation, installation

SENDING = "SELECT 1 FROM delivery WHERE state = 'sending' AND channel = 'wecom'"
ENDED = "SELECT state, tries, maybe_twice FROM delivery WHERE channel = 'wecom'"
WITHIN_S = 10


async def _be_slow(here: Installation, seconds: float) -> None:
    async with aiohttp.ClientSession() as http:
        await http.post(f"{here.outside.http}/sandbox/faults", json={"wecom": {"delay_s": seconds}})


async def _report(here: Installation) -> None:
    """A fault by somebody without an account, of which the engineer is told on WeCom."""
    form = f"/d/{here.hospital.label}/report"
    await here.browsers.stranger().fill_in(form, fault="No image", name="A nurse")
    async with asyncio.timeout(10):
        while await here.db.fetchrow(SENDING) is None:  # noqa: ASYNC110 - the service makes it true
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("number", [SIGTERM, SIGINT])
async def test_what_is_being_sent_is_finished_and_noted(
    number: Signals, database_url: str, tmp_path: Path
) -> None:
    async with installation(database_url, tmp_path) as here:
        await _be_slow(here, 0.7)
        await _report(here)
        began = time.monotonic()
        here.process.send(number)
        assert await here.process.exit_code() == 0
        assert time.monotonic() - began < WITHIN_S
        row = await here.db.fetchrow(ENDED)
        assert row
        assert dict(row) == {"state": "accepted", "tries": 1, "maybe_twice": False}
        assert len(here.phones.messages("engineer-0")) == 1
        assert "Traceback" not in here.log.read_text(encoding="utf-8")


async def test_who_has_a_page_open_does_not_hold_up_the_end(database_url: str, tmp_path: Path) -> None:
    async with installation(database_url, tmp_path) as here:
        await here.browsers.stranger().open("/sign-in")
        here.process.send(SIGTERM)
        assert await here.process.exit_code(WITHIN_S) == 0
