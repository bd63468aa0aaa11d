"""Many signed-in people in the demo's hospitals, and the service as processes of its own.

The demo's channel accounts are closed, so that nothing is sent anywhere: the notifier still claims every
message, finds no way and says so. Passwords are hashed cheaply: sign-in is no part of what is measured.
"""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.load import connect, get
from bench.place import Place
from bot.demo.channels import Endpoints
from bot.demo.histories import Stage
from bot.demo.seed import DemoTools, seed
from storage.clock import RealClock
from storage.database import Database, Record
from storage.failpoints import NoFailPoints
from storage.files import FolderFiles
from storage.sealing import MasterKey, new_master_key
from tests.support.service import answers, command, free_port
from workflows.actor import Actor, Door
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks, Engine
from workflows.identity.passwords import HashCost, Passwords
from workflows.identity.sign_in import SignIn, SignInSettings
from workflows.registry import all_workflows

CHEAP = HashCost(time=1, memory_kib=64, lanes=1)
PASSWORD = "a password of the bench"  # noqa: S105 - of a database that is gone a minute later
ADD_STAFF = """
WITH departments AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS all_of_them
                       FROM organisation WHERE kind = 'department'),
made AS (
  INSERT INTO person (organisation_id, name, title, username, active, failed_sign_ins)
  SELECT d.id, '演示人员' || i, '', 'bench-' || i, true, 0
    FROM generate_series(1, $1) i JOIN departments d ON d.n = i % d.all_of_them RETURNING id, organisation_id)
INSERT INTO post (person_id, organisation_id, role, starts_at) SELECT id, organisation_id, 'medical_staff', $2 FROM made
"""
SIGNED_IN = """
SELECT p.username, p.id, post.role, array_agg(DISTINCT d.id) AS devices, array_agg(DISTINCT l.token) AS labels
  FROM person p JOIN post ON post.person_id = p.id JOIN organisation o ON o.id = post.organisation_id
  JOIN organisation below ON starts_with(below.path, o.path)
  JOIN device d ON d.organisation_id = below.id JOIN device_label l ON l.device_id = d.id AND l.revoked_at IS NULL
 WHERE p.username IS NOT NULL AND o.kind IN ('hospital', 'department')
 GROUP BY p.id, post.role ORDER BY p.id
"""
CASES = """
SELECT c.number, c.entered_version, c.device_id FROM work_case c
 WHERE c.workflow = 'repair' AND c.closed_at IS NULL AND c.device_id IS NOT NULL
"""
NOTHING_IS_SENT = (
    "UPDATE channel_account SET active = false",
    "UPDATE message SET state = 'withdrawn', finished_at = created_at WHERE state = 'queued'",
    "ANALYZE",
)


@dataclass(frozen=True)
class Somebody:
    """A signed-in person: cookie, form token, and what lies in their scope. Numbers with the version seen."""

    cookie: str
    csrf: str
    role: str
    devices: Sequence[int]
    labels: Sequence[str]
    cases: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class House:
    """The database, its key, and whoever is signed in."""

    dsn: str
    key: str
    tokens: Mapping[str, str]
    people: Sequence[Record]
    cases: Sequence[Record]

    async def signed_in(self, port: int) -> list[Somebody]:
        """Everybody with the form token of their session, as the service at that port gives it."""
        connection = await connect(port)
        found = []
        for row in self.people:
            cookie = f"yishe={self.tokens[row['username']]}; yishe-language=zh_CN"
            page = await connection.ask(get("/todo", cookie))
            csrf = page.body.partition(b'name="csrf" value="')[2].partition(b'"')[0].decode()
            if not csrf:
                raise RuntimeError(f"{row['username']} is not signed in: {page.status}")
            cases = [
                (c["number"], c["entered_version"]) for c in self.cases if c["device_id"] in row["devices"]
            ]
            found.append(Somebody(cookie, csrf, row["role"], row["devices"], row["labels"], cases))
        connection.close()
        return found


async def make_house(place: Place, staff: int, reports: int) -> House:
    """The demo's data, so many more people of its departments, and so many more open repairs."""
    dsn, key, real = await place.migrated(), new_master_key(), RealClock()
    async with Database.open(dsn, max_size=4) as db:
        stage = Stage(
            db,
            FolderFiles(place.folder / "files", db, real),
            all_workflows(),
            Calendar(ChineseWorkingDays({}, 2026)),
            real,
            20260101,
        )
        passwords = Passwords(CHEAP, 1)
        await seed(
            DemoTools(stage, MasterKey(key), passwords.hash, Endpoints("http://127.0.0.1:9", "127.0.0.1", 9))
        )
        await db.execute(ADD_STAFF, staff, datetime(2020, 1, 1, tzinfo=real.now().tzinfo))
        await db.execute(
            "UPDATE person SET password_hash = $1 WHERE username IS NOT NULL", await passwords.hash(PASSWORD)
        )
        await _report(stage, reports)
        for statement in NOTHING_IS_SENT:
            await db.execute(statement)
        sign_in = SignIn(db, real, SignInSettings(cost=CHEAP))
        people = await db.fetch(SIGNED_IN)
        tokens = {row["username"]: await sign_in.sign_in(row["username"], PASSWORD) for row in people}
        return House(dsn, key, tokens, people, await db.fetch(CASES))


async def _report(stage: Stage, count: int) -> None:
    """Open repairs on all devices in turn, by somebody of the department."""
    clocks = Clocks(stage.real, stage.real, stage.calendar)
    engine = Engine(stage.db, stage.registry, clocks, NoFailPoints())
    devices = await stage.db.fetch(
        "SELECT d.number, min(p.id) AS person FROM device d JOIN person p ON p.organisation_id = d.organisation_id "
        "GROUP BY d.number ORDER BY d.number"
    )
    for number, device in zip(range(count), itertools.cycle(devices), strict=False):
        await engine.open(
            "repair",
            "report",
            Actor(Door.PAGE, person_id=device["person"]),
            {"fault": "图像有伪影"},
            place=await stage.place(device["number"]),
            idempotency_key=f"bench-{number}",
        )


@dataclass(frozen=True)
class Served:
    """A running service."""

    port: int
    pid: int


@asynccontextmanager
async def served(house: House, folder: Path, processes: int, dsn: str = "") -> AsyncIterator[list[Served]]:
    """So many processes of `yishe serve` on ports of their own; each ends with the `with`."""
    async with AsyncExitStack() as stack:
        running = []
        for number in range(processes):
            port = free_port()
            home = folder / f"service-{number}"
            home.mkdir(exist_ok=True)
            settings = {
                "DATABASE_URL": dsn or house.dsn,
                "YISHE_MASTER_KEY": house.key,
                "YISHE_DATA_DIR": str(home / "data"),
                "YISHE_PORT": str(port),
                "YISHE_PUBLIC_URL": "http://127.0.0.1",
                "YISHE_TRUSTED_PROXY_HOPS": "1",
            }
            process = await stack.enter_async_context(
                command("serve", settings=settings, folder=home, log=home / "log")
            )
            await answers(f"http://127.0.0.1:{port}/readyz")
            running.append(Served(port, process.pid))
        yield running
