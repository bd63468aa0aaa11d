"""`outbox_vs_pgqueuer`, `outbox_vs_procrastinate`: no-op work drained from a full queue, theirs and ours in turn."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode
from procrastinate import App, PsycopgConnector

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
    measured = await _against(place, _pgqueuer, JOBS, batch=100, theirs=PGQUEUER)
    return {"outbox_vs_pgqueuer": measured}


async def vs_procrastinate(place: Place) -> Mapping[str, Measured]:
    """Both with ten at a time."""
    measured = await _against(place, _procrastinate, JOBS // 5, batch=10, theirs=PROCRASTINATE)
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
    dispatcher = outbox.dispatcher(batch)

    async def drain() -> float:
        await outbox.enqueue(count)
        await outbox.db.execute("ANALYZE message, delivery")
        return await rate_of(count, dispatcher.drain())

    return drain


def _theirs(drain: Drain, count: int) -> Rate:
    return lambda: drain(count)


@asynccontextmanager
async def _pgqueuer(dsn: str) -> AsyncIterator[Drain]:
    """Its own benchmark's set-up, with one worker."""
    connection = await asyncpg.connect(dsn)
    queries = Queries(AsyncpgDriver(connection))
    await queries.install()

    async def drain(count: int) -> float:
        await queries.enqueue(["nothing"] * count, [None] * count, [0] * count)
        await connection.execute("ANALYZE pgqueuer")
        worker = PgQueuer(AsyncpgDriver(connection))
        worker.entrypoint("nothing")(_pgqueuer_job)
        return await rate_of(count, worker.run(batch_size=100, mode=QueueExecutionMode.drain))

    try:
        yield drain
    finally:
        await connection.close()


async def _pgqueuer_job(_: object) -> None:
    """Does nothing."""


@asynccontextmanager
async def _procrastinate(dsn: str) -> AsyncIterator[Drain]:
    app = App(connector=PsycopgConnector(conninfo=dsn, min_size=4, max_size=12))
    task = app.task(name="nothing", pass_context=False)(_procrastinate_job)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()

        async def drain(count: int) -> float:
            await task.batch_defer_async(*({} for _ in range(count)))
            await app.connector.execute_query_async("ANALYZE procrastinate_jobs")
            worker = app.run_worker_async(wait=False, concurrency=10, install_signal_handlers=False)
            return await rate_of(count, worker)

        yield drain


async def _procrastinate_job() -> None:
    """Does nothing."""
