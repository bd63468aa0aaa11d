"""Contents that nothing points to are forgotten after a day, and never one that somebody uses or keeps meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import Database
from storage.files import FolderFiles
from tests.support.clocks import FixedClock
from tests.support.world import World, make_world

LATER = timedelta(hours=25)
USE = """
INSERT INTO device_file (device_id, file_id, kind, name, public_key, added_by_id, added_at)
VALUES ($1, $2, 'photo', 'front', $2::text || 'k', $3, now())
"""


@dataclass
class Desk:
    db: Database
    files: FolderFiles
    clock: FixedClock
    world: World
    folder: Path

    def there(self, name: str) -> bool:
        return (self.folder / name[:2] / name).exists()

    async def use(self, name: str, key: str = "key") -> None:
        await self.db.execute(
            USE.replace("$2::text || 'k'", f"'{key}'"), self.world.device, name, self.world.head
        )


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with Database.open(database_url, max_size=4) as db:
        clock = FixedClock()
        yield Desk(db, FolderFiles(tmp_path, db, clock), clock, await make_world(db), tmp_path)


async def test_after_a_day_what_nothing_points_to_is_forgotten_and_nothing_else(desk: Desk) -> None:
    used, unused, small = [await desk.files.put(c, "image/jpeg") for c in (b"used", b"unused", b"small")]
    await desk.use(used)
    await desk.files.set_thumbnail(used, small)
    assert await desk.files.sweep() == 0
    desk.clock.forward(LATER)
    assert await desk.files.sweep() == 1
    assert [desk.there(name) for name in (used, unused, small)] == [True, False, True]
    with pytest.raises(FileNotFoundError):
        await desk.files.get(unused)


async def test_a_small_picture_goes_after_its_large_one(desk: Desk) -> None:
    large, small = [await desk.files.put(c, "image/jpeg") for c in (b"large", b"small")]
    await desk.files.set_thumbnail(large, small)
    desk.clock.forward(LATER)
    assert [await desk.files.sweep(), await desk.files.sweep(), await desk.files.sweep()] == [1, 1, 0]


async def test_what_is_kept_or_held_again_has_another_day(desk: Desk) -> None:
    again, held = [await desk.files.put(c, "image/jpeg") for c in (b"again", b"held")]
    desk.clock.forward(LATER)
    await desk.files.put(b"again", "image/jpeg")
    assert await desk.files.hold([held, "0" * 64]) == {held}
    assert await desk.files.sweep() == 0
    assert await desk.files.get(again) == b"again"


async def test_what_is_being_attached_at_that_moment_stays(desk: Desk) -> None:
    name = await desk.files.put(b"mine", "image/jpeg")
    desk.clock.forward(LATER)
    async with desk.db.transaction() as connection:
        await connection.execute(
            USE.replace("$2::text || 'k'", "'k'"), desk.world.device, name, desk.world.head
        )
        assert await desk.files.sweep() == 0
    assert await desk.files.sweep() == 0
    assert desk.there(name)


async def test_keeping_and_forgetting_at_once_never_leaves_a_row_without_its_content(desk: Desk) -> None:
    for turn in range(15):
        content = f"content {turn}".encode()
        name = await desk.files.put(content, "image/jpeg")
        desk.clock.forward(LATER)
        await asyncio.gather(desk.files.sweep(), desk.files.put(content, "image/jpeg"), desk.files.sweep())
        rows = await desk.db.fetch("SELECT 1 FROM stored_file WHERE sha256 = $1", name)
        assert (len(rows), desk.there(name)) == (1, True)
