"""`engine_vs_bare_transaction`, `engine_round_trips`: one action of a repair, and the writes that it comes to."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.paired import Rate, in_turn, rate_of
from bench.place import Place
from bench.results import Measured
from bench.wire import Wire, tapped
from storage.database import Database
from tests.support.desk import TRIAGE, Desk, desk_on, open_desk
from workflows.engine import Outcome

CASES = 150
WARM_UP = 8
IS_WRITE = re.compile(r"INSERT INTO|UPDATE \w+ (\w+ )?SET")
OURS = "Engine.act: lock, facts, rights, form, guard, then state, history, timers, messages and answer in one commit."
THEIRS = (
    "The statements with which that same action writes, with the same values for another case, in one "
    "transaction by plain asyncpg: nothing is read, nothing is checked."
)
# A repair from report to confirmation: action, who does it, what it asks for.
ACTIONS: Sequence[tuple[str, str, Mapping[str, str]]] = (
    ("triage", "engineer", TRIAGE),
    ("start", "engineer", {}),
    ("finish", "engineer", {"work_done": "new tube", "cost": "900"}),
    ("confirm", "reporter", {}),
)
Statement = tuple[str, Sequence[Any]]


async def vs_bare_transaction(place: Place) -> Mapping[str, Measured]:
    """Assessing and assigning a repair, one after the other, each on a case of its own."""
    count = place.effort.of(CASES, 5)
    async with open_desk(await place.migrated()) as desk:
        written = await _writes(desk)
        pairs = await in_turn(_acting(desk, count), _writing(desk, written, count), place.effort.rounds)
    statements = len(written)
    return {
        "engine_vs_bare_transaction": pairs.measured(
            ours=OURS, theirs=THEIRS, action="triage", statements=statements
        )
    }


async def round_trips(place: Place) -> Mapping[str, Measured]:
    """Counted between client and server for each action of a repair, from its report to its end; the most."""
    counts: dict[str, int] = {}
    async with _counted(await place.migrated()) as (wire, desk):
        for _ in range(WARM_UP):  # until each statement is prepared on every connection
            counts = await _count(wire, desk)
    detail = {"by_action": counts, "counted": "turns on the wire, BEGIN, COMMIT and the pool's own included"}
    return {"engine_round_trips": Measured(max(counts.values()), list(counts.values()), detail)}


@asynccontextmanager
async def _counted(dsn: str) -> AsyncIterator[tuple[Wire, Desk]]:
    with TemporaryDirectory(prefix="yishe-wire-") as folder:
        async with tapped(dsn, Path(folder)) as wire, open_desk(wire.dsn) as desk:
            yield wire, desk


async def _count(wire: Wire, desk: Desk) -> dict[str, int]:
    wire.forget()
    case = await desk.report()
    counts = {"report": wire.round_trips}
    for action, who, data in ACTIONS:
        wire.forget()
        case = await desk.act(case, action, getattr(desk.world, who), data)
        counts[action] = wire.round_trips
    return counts


def _acting(desk: Desk, count: int) -> Rate:
    async def measure() -> float:
        cases = [await desk.report() for _ in range(count)]
        return await rate_of(count, _act_on(desk, cases))

    return measure


async def _act_on(desk: Desk, cases: Sequence[Outcome]) -> None:
    for case in cases:
        await desk.act(case, "triage", desk.world.engineer, TRIAGE)


def _writing(desk: Desk, written: Sequence[Statement], count: int) -> Rate:
    async def measure() -> float:
        cases = [await desk.report() for _ in range(count)]
        return await rate_of(count, _write(desk, written, cases))

    return measure


async def _write(desk: Desk, written: Sequence[Statement], cases: Sequence[Outcome]) -> None:
    """The engine's writes again. The case comes first in each, and the key of the answer is a new one."""
    for case in cases:
        key = desk.new_key()
        async with desk.db.pool.acquire() as connection, connection.transaction():
            for sql, (_, *others) in written:
                values = [key if str(value).startswith("key-") else value for value in others]
                await connection.execute(sql, case.case_id, *values)


async def _writes(desk: Desk) -> list[Statement]:
    """The writing statements of one action, as they were sent."""
    seen: list[Any] = []
    async with Database.open(desk.db.dsn, max_size=1) as alone:
        async with alone.connection() as connection:
            connection.add_query_logger(seen.append)
        listened = desk_on(alone, desk.world, desk.administrator, desk.stranger, desk.real)
        await listened.act(await desk.report(), "triage", desk.world.engineer, TRIAGE, key="key-written")
    return [(logged.query, logged.args) for logged in seen if IS_WRITE.search(logged.query)]
