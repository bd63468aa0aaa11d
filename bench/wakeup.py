"""`wakeup_p50_ms`, `wakeup_p99_ms`: from the call that puts a message into the outbox to the call of its channel."""

import asyncio
import time
from collections.abc import Mapping

from bench.messages import NoOp, Outbox
from bench.paired import percentile
from bench.place import Place
from bench.results import Measured
from bot.loops import Background, Ears, Heartbeats, Loop
from bot.serve import POLL_S
from storage.database import Database

MESSAGES, PER_S = 750, 50
ENQUEUE = """
WITH told AS (
  INSERT INTO message (created_at, case_id, case_version, kind, person_id, lane, variables, valid_while, next_at)
  SELECT now(), c.id, 1, 'bench.nothing', p.id, c.id || '/' || p.id, '{"number": "B-1"}', 1, now()
    FROM work_case c, person p ORDER BY c.id, p.id OFFSET $1 LIMIT 1 RETURNING id)
SELECT pg_notify('outbox', '') FROM told
"""
DETAIL = {
    "measured": "insert and NOTIFY in one transaction, through LISTEN, loop, claim and freeze, to Channel.send",
    "load": f"{PER_S} messages a second by the clock, each in a lane of its own, the database durable",
}


async def wakeup(place: Place) -> Mapping[str, Measured]:
    """The loop and the ears are the service's own."""
    count = place.effort.of(MESSAGES, 5)
    async with Database.open(await place.migrated()) as db, Database.open(db.dsn, max_size=2) as door:
        sent: asyncio.Queue[float] = asyncio.Queue()
        outbox = Outbox(db, NoOp(lambda _: sent.put_nowait(time.perf_counter())))
        await outbox.make(20)
        waits = await _awake(outbox, door, sent, count)
    p50, p99 = (percentile(waits, share) for share in (0.5, 0.99))
    return {"wakeup_p50_ms": Measured(p50, waits, DETAIL), "wakeup_p99_ms": Measured(p99, waits, DETAIL)}


async def _awake(outbox: Outbox, door: Database, sent: "asyncio.Queue[float]", count: int) -> list[float]:
    dispatcher, wake, stop = outbox.dispatcher(), asyncio.Event(), asyncio.Event()
    loop = Loop("notifier", lambda: dispatcher.start_due(wake), wake, POLL_S)
    listening = asyncio.create_task(Ears(outbox.db, {"outbox": [wake]}).listen(stop), name="ears")
    async with Background(Heartbeats()).running([loop]):
        await asyncio.sleep(0.5)
        began, waits = time.perf_counter(), []
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / PER_S - time.perf_counter()))
            asked = time.perf_counter()
            await door.execute(ENQUEUE, number)
            waits.append(((await asyncio.wait_for(sent.get(), 10)) - asked) * 1000)
    stop.set()
    await listening
    await dispatcher.settle()
    return waits
