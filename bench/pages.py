"""`device_page_vs_static`, `device_page_vs_render`, `device_page_queries`: the page behind a label, signed in."""

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.house import House, Somebody, make_house, served
from bench.load import closed_loop, connect, cpu_seconds, get
from bench.paired import Rate, in_turn
from bench.place import Place
from bench.results import Measured
from bench.wire import tapped
from tests.support.service import environment

STAFF, REPORTS = 20, 200
AT_ONCE = 4
ROUND_S = 1.5
OURS = (
    "`yishe serve`, one process: session, rights, record, cases and sensors from PostgreSQL for every request"
)
STATIC = "aiohttp with uvloop, one process, the same bytes as a constant"
RENDER = "aiohttp with uvloop, one process, the same template rendered for every request from data in memory"


async def device_page(place: Place) -> Mapping[str, Measured]:
    """The page against both baselines, each pair in turn."""
    house = await make_house(place, STAFF, place.effort.of(REPORTS))
    async with served(house, place.folder, 1) as [service]:
        visitor = _engineer(await house.signed_in(service.port))
        path = f"/d/{visitor.labels[0]}"
        size = await _size(service.port, path, visitor.cookie)
        page = _rate(place, service.port, path, visitor.cookie)
        async with _baselines(house, place.folder, path, visitor.cookie) as ports:
            static = await in_turn(page, _rate(place, ports["static"], "/"), place.effort.rounds)
            busy = cpu_seconds(service.pid)
            render = await in_turn(page, _rate(place, ports["render"], "/"), place.effort.rounds)
            busy = cpu_seconds(service.pid) - busy
    used = round(busy / ((place.effort.rounds + 1) * _seconds(place)), 2)
    common = {"ours": OURS, "page_bytes": size, "connections": AT_ONCE, "service_cores_used": used}
    return {
        "device_page_vs_static": static.measured(theirs=STATIC, **common),
        "device_page_vs_render": render.measured(theirs=RENDER, **common),
    }


async def queries(place: Place) -> Mapping[str, Measured]:
    """Statements on the wire for one page, the pool's own included; what the background asks is left out."""
    house = await make_house(place, STAFF, place.effort.of(REPORTS))
    counts = []
    with TemporaryDirectory(prefix="yishe-wire-") as folder:
        async with (
            tapped(house.dsn, Path(folder)) as wire,
            served(house, place.folder, 1, wire.dsn) as [service],
        ):
            visitor = _engineer(await house.signed_in(service.port))
            connection = await connect(service.port)
            for label in itertools.islice(itertools.cycle(visitor.labels), 40):
                wire.forget()
                await connection.ask(get(f"/d/{label}", visitor.cookie))
                counts.append(wire.statements)
            connection.close()
    # Loops that wake in between can only add: the least is the page's own.
    settled = counts[len(counts) // 2 :]
    return {"device_page_queries": Measured(min(settled), settled, {"median": median(settled)})}


def _engineer(people: list[Somebody]) -> Somebody:
    """Somebody who looks after many devices."""
    return next(person for person in people if person.role == "engineer")


async def _size(port: int, path: str, cookie: str) -> int:
    connection = await connect(port)
    answer = await connection.ask(get(path, cookie))
    connection.close()
    if answer.status != 200:  # noqa: PLR2004 - a page
        raise RuntimeError(f"{path} answers {answer.status}")
    return len(answer.body)


def _seconds(place: Place) -> float:
    return max(0.1, ROUND_S * place.effort.scale)


def _rate(place: Place, port: int, path: str, cookie: str = "") -> Rate:
    request, seconds = get(path, cookie), _seconds(place)

    async def measure() -> float:
        requests = itertools.repeat(request)
        tally = await closed_loop([port], requests, AT_ONCE, lambda _, passed: passed >= seconds)
        if set(tally.statuses) != {200}:
            raise RuntimeError(f"{path} answers {tally.statuses}")
        return tally.rate

    return measure


@asynccontextmanager
async def _baselines(house: House, folder: Path, path: str, cookie: str) -> AsyncIterator[Mapping[str, int]]:
    settings = {"database_url": house.dsn, "master_key": house.key, "data_dir": str(folder / "baselines")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.baselines",
        env=environment({}), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
    )  # fmt: skip
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipes")
    try:
        process.stdin.write(
            json.dumps({"settings": settings, "path": path, "cookie": cookie}).encode() + b"\n"
        )
        yield json.loads(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()
