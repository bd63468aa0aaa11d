"""A town whose service is killed over and over, and what is left when everything has settled."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from storage.database import Database
from storage.sealing import MasterKey, new_master_key
from tests.support import proofs
from tests.support.deaths import Reaper
from tests.support.people import Lost, browsers, phones
from tests.support.proofs import Arrival
from tests.support.service import free_port, warm_starts
from tests.support.stories import Story, Town
from tests.support.towns import JOBS, OutsideWorld, build_hospitals, outside_world, remind_at_once

SHIFTS = 6  # of people who work side by side, each in hospitals of their own


@dataclass(frozen=True)
class Trial:
    """How a town is tried. `deaths`: how many at each point; `faults`: what the stand-ins do."""

    hospitals: int
    deaths: Counter[str]
    faults: Mapping[str, object]
    seconds: float = 0
    seed: int = 1


@dataclass(frozen=True)
class Aftermath:
    """What is left."""

    stories: Sequence[Story]
    deaths: Counter[str]
    in_flight: set[str]
    cards: Sequence[Arrival]
    mails: Sequence[Arrival]
    lost: Lost
    presses: Counter[str]
    exit_code: int

    @property
    def arrived(self) -> list[Arrival]:
        return [*self.cards, *self.mails]

    async def prove(self, db: Database) -> None:
        """Nothing that was acknowledged is lost, done twice or out of order; the ledger says what came twice."""
        assert self.exit_code == 0
        await proofs.every_state_has_its_history(db)
        await proofs.what_was_acknowledged_was_done_once(db, self.stories)
        await proofs.every_message_arrived(db, self.arrived, self.in_flight)
        await proofs.only_what_was_in_flight_came_twice(db, self.arrived, self.in_flight)
        proofs.the_order_held(self.arrived)


def settings_for(dsn: str, key: str, port: int, folder: Path) -> dict[str, str]:
    """The service on an outside database, with leases of seconds."""
    return {
        "DATABASE_URL": dsn,
        "YISHE_MASTER_KEY": key,
        "YISHE_DATA_DIR": str(folder / "data"),
        "YISHE_PORT": str(port),
        "YISHE_TRUSTED_PROXY_HOPS": "1",
        "YISHE_SEND_WITHIN_S": "2",
        "YISHE_LEASE_S": "3",
        "YISHE_LOG_LEVEL": "warning",
    }


async def aftermath(dsn: str, folder: Path, trial: Trial) -> Aftermath:
    """Let people work while the service dies, then let it live until everything has settled."""
    key, port = new_master_key(), free_port()
    origin, settings = f"http://127.0.0.1:{port}", settings_for(dsn, key, port, folder)
    async with (
        outside_world(origin, trial.hospitals) as outside,
        Database.open(f"{dsn}&application_name=observer", max_size=4) as db,
        browsers(origin) as people,
        phones(outside) as hands,
        warm_starts(settings, folder) as starts,
    ):
        hospitals = await build_hospitals(db, MasterKey(key), outside, trial.hospitals)
        slow = hospitals[::3]
        for hospital in slow:
            await remind_at_once(db, hospital)
        await _order(outside, trial.faults)
        reaper = Reaper(starts, settings, db, trial.deaths, random.Random(trial.seed), origin)
        town = Town(hospitals, slow, people, hands, db)
        exit_code = await _try(town, reaper, trial.seconds)
        everybody = [h.known_as(job) for h in hospitals for job in JOBS]
        cards, mails = proofs.on_phones(hands, everybody), proofs.in_mailboxes(outside)
        return Aftermath(
            town.stories, reaper.deaths, reaper.in_flight, cards, mails, people.lost, hands.presses, exit_code
        )


async def _try(town: Town, reaper: Reaper, seconds: float) -> int:
    """The exit code of the last service, which was asked to stop."""
    first = await reaper.live()
    await town.sign_in()
    first.send(signal.SIGKILL)
    await first.exit_code()
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for number in range(SHIFTS):
            tasks.create_task(town.go_on(town.hospitals[number::SHIFTS], enough))
        await reaper.reap(seconds)
        last = await reaper.live()
        enough.set()
    while not await proofs.is_settled(town.db):  # noqa: ASYNC110 - the service makes it true
        await asyncio.sleep(0.1)
    last.send(signal.SIGTERM)
    return await last.exit_code()


async def _order(outside: OutsideWorld, faults: Mapping[str, object]) -> None:
    async with aiohttp.ClientSession() as http:
        await http.post(f"{outside.http}/sandbox/faults", json=faults)
