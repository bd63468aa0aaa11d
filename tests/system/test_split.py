"""The service in several processes: pages here, notifier and timers there, twice, on one database."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from storage.database import Database
from storage.sealing import MasterKey, new_master_key
from tests.support import proofs
from tests.support.aftermath import settings_for
from tests.support.people import Browsers, Phones, browsers, phones
from tests.support.service import Process, answers, command, free_port
from tests.support.towns import Hospital, build_hospitals, outside_world, remind_at_once

pytestmark = pytest.mark.timeout(300)  # a machine that does other work as well needs its time
REMINDED = (
    "SELECT s.data->>'rung' AS rung, count(*) AS times FROM step s WHERE s.action = 'remind' GROUP BY 1"
)


@dataclass(frozen=True)
class Split:
    """One process with the pages and two that do everything else."""

    ports: list[int]
    processes: list[Process]
    hospital: Hospital
    people: Browsers
    hands: Phones
    db: Database

    async def status(self, process: int, path: str) -> int:
        url = f"http://127.0.0.1:{self.ports[process]}{path}"
        async with aiohttp.ClientSession() as http, http.get(url) as response:
            return response.status


@asynccontextmanager
async def split_service(dsn: str, folder: Path) -> AsyncIterator[Split]:
    key, ports = new_master_key(), [free_port() for _ in range(3)]
    origin = f"http://127.0.0.1:{ports[0]}"
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(outside_world(origin, 1))
        db = await stack.enter_async_context(Database.open(dsn, max_size=2))
        [hospital] = await build_hospitals(db, MasterKey(key), outside, 1)
        await remind_at_once(db, hospital)
        processes = []
        for number, only in enumerate((["pages"], ["notifier,timers"], ["notifier", "--only", "timers"])):
            settings = settings_for(dsn, key, ports[number], folder) | {"YISHE_PUBLIC_URL": origin}
            log = folder / f"service-{number}.log"
            running = command("serve", "--only", *only, settings=settings, folder=folder, log=log)
            processes.append(await stack.enter_async_context(running))
        for port in ports:
            await answers(f"http://127.0.0.1:{port}/readyz", seconds=90)
        people = await stack.enter_async_context(browsers(origin))
        hands = await stack.enter_async_context(phones(outside))
        yield Split(ports, processes, hospital, people, hands, db)


async def test_a_split_service_tells_and_reminds_once(database_url: str, tmp_path: Path) -> None:
    async with split_service(database_url, tmp_path) as split:
        assert [await split.status(n, "/sign-in") for n in range(3)] == [200, 404, 404]
        assert [await split.status(n, "/healthz") for n in range(3)] == [200, 200, 200]
        form = f"/d/{split.hospital.label}/report"
        await asyncio.gather(*(_report(split.people, form) for _ in range(4)))
        async with asyncio.timeout(60):
            while await _reminders(split.db) != {"0": 4} or not await proofs.is_settled(split.db):  # noqa: ASYNC110 - the service makes it true
                await asyncio.sleep(0.1)
        proofs.each_came_once(proofs.on_phones(split.hands, [split.hospital.known_as("engineer")]))
        for process in split.processes:
            process.send(signal.SIGTERM)
        assert [await process.exit_code() for process in split.processes] == [0, 0, 0]


async def _report(people: Browsers, form: str) -> None:
    await people.stranger().fill_in(form, fault="No image", name="A nurse")


async def _reminders(db: Database) -> Counter[str]:
    return Counter({row["rung"]: row["times"] for row in await db.fetch(REMINDED)})
