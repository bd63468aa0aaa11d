"""One hospital, its stand-ins and the service as a process, with everything that a test may do to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.database import Database
from storage.sealing import MasterKey, new_master_key
from tests.support.aftermath import settings_for
from tests.support.people import Browsers, Phones, browsers, phones
from tests.support.service import Process, answers, command, free_port
from tests.support.towns import Hospital, OutsideWorld, build_hospitals, outside_world


@dataclass(frozen=True)
class Installation:
    """A running service and who uses it."""

    hospital: Hospital
    process: Process
    origin: str
    log: Path
    outside: OutsideWorld
    browsers: Browsers
    phones: Phones
    db: Database


@asynccontextmanager
async def installation(dsn: str, folder: Path) -> AsyncIterator[Installation]:
    """A ready service on a migrated database, for the length of a `with`."""
    key, port, log = new_master_key(), free_port(), folder / "service.log"
    origin, settings = f"http://127.0.0.1:{port}", settings_for(dsn, key, port, folder)
    async with (
        outside_world(origin, 1) as outside,
        Database.open(dsn, max_size=2) as db,
        browsers(origin) as people,
        phones(outside) as hands,
    ):
        [hospital] = await build_hospitals(db, MasterKey(key), outside, 1)
        async with command("serve", settings=settings, folder=folder, log=log) as process:
            await answers(f"{origin}/readyz")
            yield Installation(hospital, process, origin, log, outside, people, hands, db)
