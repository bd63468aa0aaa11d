"""`outbox_vs_pgqueuer`, `outbox_vs_procrastinate`: no-op work drained from a full queue, theirs and ours in turn."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from bench.messages import PEOPLE, Outbox
from bench.paired import Rate, in_turn, rate_of
from bench.place import Place
from bench.results import Measured
from storage.database import Database

JOBS = 3000
OURS = (
    "The notifier's own dispatcher: claim under a lease, the payload frozen in the delivery ledger and committed "
    "before the channel is asked, the end noted in message and ledger. Words and provider do nothing."
)
PGQUEUER = "pgqueuer, one asyncpg connection, batch_size 100, drain mode, durable tables, a job that returns."
PROCRASTINATE = "procrastinate, one worker, concurrency 10, psycopg pool, wait=False, a job that returns."
Drain = Callable[[int], Awaitable[float]]


async def vs_pgqueuer(place: Place) -> Mapping[str, Measured]:
    """Both with batches of 100."""
    from bench import rivals  # noqa: PLC0415 - not installed where only the checks run

    measured = await _against(place, rivals.pgqueuer, JOBS, batch=100, theirs=PGQUEUER)
    return {"outbox_vs_pgqueuer": measured}


async def vs_procrastinate(place: Place) -> Mapping[str, Measured]:
    """Both with ten at a time."""
    from bench import rivals  # noqa: PLC0415 - as above

    measured = await _against(place, rivals.procrastinate, JOBS // 5, batch=10, theirs=PROCRASTINATE)
    return {"outbox_vs_procrastinate": measured}


async def _against(
    place: Place,
    rival: Callable[[str], AbstractAsyncContextManager[Drain]],
    jobs: int,
    batch: int,
    theirs: str,
) -> Measured:
    count = place.effort.of(jobs, 20)
    ours = await place.migrated()
    async with Database.open(ours) as db, rival(await place.empty()) as drain:
        outbox = Outbox(db)
        await outbox.make(count // PEOPLE + 1)
        pairs = await in_turn(_ours(outbox, count, batch), _theirs(drain, count), place.effort.rounds)
        if (left := await outbox.left()) or outbox.channel.sent < count:
            raise RuntimeError(f"{left} messages were not sent")
    return pairs.measured(ours=OURS, theirs=theirs, batch=batch, jobs_a_round=count)


def _ours(outbox: Outbox, count: int, batch: int) -> Rate:
    dispatcher = outbox.dispatcher(4 * batch)

    async def drain() -> float:
        await outbox.enqueue(count)
        await outbox.db.execute("ANALYZE message, delivery")
        return await rate_of(count, dispatcher.drain())

    return drain


def _theirs(drain: Drain, count: int) -> Rate:
    return lambda: drain(count)
