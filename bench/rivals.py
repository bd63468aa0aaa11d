"""The other queues, each set up as its own documents say for speed. Installed for the benchmarks alone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode
from procrastinate import App, PsycopgConnector

from bench.paired import rate_of

Drain = Callable[[int], Awaitable[float]]


@asynccontextmanager
async def pgqueuer(dsn: str) -> AsyncIterator[Drain]:
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
async def procrastinate(dsn: str) -> AsyncIterator[Drain]:
    """One worker with ten jobs at once."""
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
