"""An upgrade without a pause: the old version serves, the new one migrates and starts beside it, the old one ends."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import missing_migrations
from storage.roles import as_login, make_login
from storage.sealing import MasterKey, new_master_key
from tests.support import old_version, proofs
from tests.support.aftermath import settings_for
from tests.support.backups import empty_database
from tests.support.old_version import check_out, new_migrations
from tests.support.people import Browsers, Phones, browsers, phones
from tests.support.service import Process, answers, command, free_port, run, soon
from tests.support.stories import Story, Town
from tests.support.towns import JOBS, OutsideWorld, build_hospitals, outside_world

OLD = old_version.old_commit()
HOSPITALS = 6
PAUSE_S = 3
pytestmark = [
    pytest.mark.skipif(OLD is None, reason="no git history here from which to take the old version"),
    pytest.mark.timeout(500),
]


@dataclass(frozen=True)
class Side:
    """One version: where it listens, how it is set up, and who uses it."""

    origin: str
    settings: dict[str, str]
    log: Path
    people: Browsers
    town: Town


@dataclass(frozen=True)
class Upgrade:
    """Both versions on one database, with the stand-ins of everybody outside."""

    old: Side
    new: Side
    outside: OutsideWorld
    hands: Phones
    db: Database
    stack: AsyncExitStack


@asynccontextmanager
async def upgrade(postgres_url: str, owner: str, folder: Path) -> AsyncIterator[Upgrade]:
    """A database of the old version with hospitals; nothing runs yet."""
    assert OLD is not None
    check_out(OLD, folder / "old")
    key, ports, before = new_master_key(), [free_port(), free_port()], {"PYTHONPATH": str(folder / "old")}
    origins = [f"http://127.0.0.1:{port}" for port in ports]
    old = settings_for(owner, key, ports[0], folder) | before
    await make_login(postgres_url)
    new = settings_for(as_login(owner), key, ports[1], folder) | {"YISHE_OWNER_DATABASE_URL": owner}
    code, said = await run("migrate", settings=old, folder=folder)
    assert code == 0, said
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(outside_world(origins[0], HOSPITALS))
        db = await stack.enter_async_context(Database.open(owner, max_size=2))
        hands = await stack.enter_async_context(phones(outside))
        hospitals = await build_hospitals(db, MasterKey(key), outside, HOSPITALS)
        sides = []
        for number, settings in enumerate((old, new)):
            people = await stack.enter_async_context(browsers(origins[number]))
            people.patience_s = 60  # a busy machine is slow, and that is not what is tried
            town = Town(hospitals[number::2], [], people, hands, db, pause_s=PAUSE_S)
            sides.append(Side(origins[number], settings, folder / f"{number}.log", people, town))
        yield Upgrade(sides[0], sides[1], outside, hands, db, stack)


async def test_old_and_new_serve_side_by_side_and_nothing_is_lost(
    postgres_url: str, database_names: Iterator[str], tmp_path: Path
) -> None:
    async with (
        empty_database(postgres_url, next(database_names)) as owner,
        upgrade(postgres_url, owner, tmp_path) as both,
        serving(both.old, tmp_path) as old,
    ):
        assert await missing_migrations(owner) == [path.stem for path in new_migrations()]
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as at_work:
            at_work.create_task(both.old.town.go_on(both.old.town.hospitals, enough))
            await _stories(both.old, 1)
            code, said = await run("migrate", settings=both.new.settings, folder=tmp_path, within_s=150)
            assert (code, await missing_migrations(owner)) == (0, []), said
            await _stories(both.old, 1)
            new = await both.stack.enter_async_context(serving(both.new, tmp_path))
            at_work.create_task(both.new.town.go_on(both.new.town.hospitals, enough))
            await _stories(both.new, 2)
            await _stories(both.old, 1)
            enough.set()
        await _ends_well(old)
        await _goes_on_alone(both)
        await _ends_well(new)
        await _nothing_is_lost(both)


@asynccontextmanager
async def serving(side: Side, folder: Path) -> AsyncIterator[Process]:
    async with command("serve", settings=side.settings, folder=folder, log=side.log) as process:
        await answers(f"{side.origin}/readyz", seconds=90)
        yield process


async def _stories(side: Side, more: int) -> None:
    """So many more cases have begun there."""
    wanted = len(side.town.stories) + more
    await soon(lambda: len(side.town.stories) >= wanted, 180)


async def _ends_well(process: Process) -> None:
    process.send(signal.SIGTERM)
    assert await process.exit_code() == 0


async def _goes_on_alone(both: Upgrade) -> None:
    """People who signed in at the old version need not do so again, and cases go on."""
    engineer = both.old.town.hospitals[0].known_as("engineer")
    browser = await both.old.people.of(engineer)
    async with browser._http.get(f"{both.new.origin}/todo", allow_redirects=False) as page:
        assert page.status == 200
    stranger = next(h for h in both.new.town.hospitals if not h.has_accounts)
    both.new.town.stories.append(story := Story(stranger))
    await both.new.town.live(story, dear=False)
    async with asyncio.timeout(90):
        while not await proofs.is_settled(both.db):  # noqa: ASYNC110 - the service makes it true
            await asyncio.sleep(0.1)


async def _nothing_is_lost(both: Upgrade) -> None:
    """Every answer came, none was a 5xx, what was acknowledged is there once, and so is every message."""
    for side in (both.old, both.new):
        assert (side.people.lost.answers, side.people.lost.unavailable) == (0, 0)
        assert "Traceback" not in side.log.read_text(encoding="utf-8")
    stories = both.old.town.stories + both.new.town.stories
    await proofs.every_state_has_its_history(both.db)
    await proofs.what_was_acknowledged_was_done_once(both.db, stories)
    everybody = [
        h.known_as(job) for side in (both.old, both.new) for h in side.town.hospitals for job in JOBS
    ]
    arrived = proofs.on_phones(both.hands, everybody) + proofs.in_mailboxes(both.outside)
    await proofs.every_message_arrived(both.db, arrived, set())
    proofs.each_came_once(arrived)
    proofs.the_order_held(arrived)
