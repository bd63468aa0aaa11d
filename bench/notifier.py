"""`notifier_memory_growth`: what the notifier keeps of the messages that it has sent."""

import os
import time
from collections.abc import Mapping

from bench.load import resident_mib
from bench.messages import PEOPLE, Outbox
from bench.place import Place
from bench.results import Measured
from storage.database import Database

MESSAGES = 100_000
PARTS = 5
DETAIL = {
    "at": "start, 20, 40, 60, 80, 100 %",
    "measured": "memory of this process at the end against that at a fifth; claim, freeze, hand over and note are the "
    "service's own, words and provider do nothing",
}


async def memory(place: Place) -> Mapping[str, Measured]:
    """The notifier drains a full outbox five times."""
    count = place.effort.of(MESSAGES / PARTS, 20)
    async with Database.open(await place.migrated()) as db:
        outbox = Outbox(db)
        await outbox.make(count // PEOPLE + 1)
        dispatcher = outbox.dispatcher()
        mib, seconds = [resident_mib(os.getpid())], 0.0
        for _ in range(PARTS):
            await outbox.enqueue(count)
            began = time.perf_counter()
            await dispatcher.drain()
            seconds += time.perf_counter() - began
            mib.append(resident_mib(os.getpid()))
        if (left := await outbox.left()) or outbox.channel.sent < PARTS * count:
            raise RuntimeError(f"{left} messages were not sent")
    growth = (mib[-1] - mib[1]) / mib[1]
    detail = {"mib": [round(each, 1) for each in mib], "per_s": round(PARTS * count / seconds), **DETAIL}
    return {"notifier_memory_growth": Measured(growth, [growth], {**detail, "messages": PARTS * count})}
