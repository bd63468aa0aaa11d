"""What the roads of SMS and of calls have in common: a stand-in at the test's own time, and a mail account."""

import asyncio
import random
from datetime import timedelta
from typing import Any

from bot.sandbox.app import Surroundings
from bot.sandbox.pushes import ReportTiming
from bot.sandbox.serve import Addresses
from tests.support.clocks import FixedClock


def surroundings(clock: FixedClock, ahead: timedelta = timedelta()) -> Surroundings:
    """Reports are pushed at once, and again a moment later."""
    start = clock.now()
    return Surroundings(
        lambda: clock.now() + ahead,
        lambda: (clock.now() - start) / timedelta(seconds=1),
        random.Random(7),
        report_timing=ReportTiming(first_s=0),
        sleep=_moment,
    )


async def _moment(_: float) -> None:
    await asyncio.sleep(0.01)


def mail_settings(sandbox: Addresses) -> dict[str, Any]:
    """Of a mail account at the stand-in."""
    return {
        "host": sandbox.smtp_host,
        "port": sandbox.smtp_port,
        "tls": "none",
        "sender_address": "equipment@hospital.example",
        "message_id_domain": "hospital.example",
    }
