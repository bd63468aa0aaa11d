"""Imports of spreadsheets at one hospital, with the background's work done at once."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.database import Database
from storage.directory import Viewer, viewer_of
from storage.files import FolderFiles
from tests.support.clocks import FixedClock
from tests.support.world import World, make_world
from workflows.actor import Door
from workflows.administration.import_kinds import all_kinds
from workflows.administration.import_runs import ImportRunner
from workflows.administration.imports import Imports, Upload
from workflows.administration.office import By, Office
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks


@dataclass
class ImportDesk:
    """Imports of one kind at one hospital."""

    db: Database
    world: World
    files: FolderFiles
    imports: Imports
    runner: ImportRunner
    by: By
    kind: str = "devices"

    async def upload(self, content: bytes, by: By | None = None) -> int:
        sha = await self.files.put(content, "application/xlsx")
        upload = Upload(self.kind, self.world.hospital, f"{self.kind}.xlsx", sha)
        batch = await self.imports.upload(by or self.by, upload)
        await self.runner.run_due()
        return batch

    async def bring_in(self, content: bytes) -> int:
        batch = await self.upload(content)
        await self.imports.start(self.by, batch)
        await self.runner.run_due()
        return batch

    async def undo(self, batch: int) -> Mapping[str, Any]:
        await self.imports.undo(self.by, batch)
        await self.runner.run_due()
        return await self.row(batch)

    async def row(self, batch: int) -> Mapping[str, Any]:
        row = await self.db.fetchrow("SELECT * FROM import_batch WHERE id = $1", batch)
        assert row is not None
        return dict(row)

    async def numbers(self) -> list[str]:
        return [r["number"] for r in await self.db.fetch("SELECT number FROM device ORDER BY number")]


async def viewer(db: Database, person: int) -> Viewer:
    async with db.connection() as connection:
        found = await viewer_of(connection, person, FixedClock().now())
    assert found is not None
    return found


@asynccontextmanager
async def import_desk(dsn: str, folder: Path, kind: str = "devices") -> AsyncIterator[ImportDesk]:
    """A desk at which the head of equipment brings in devices."""
    async with Database.open(dsn, max_size=5) as db:
        clock = FixedClock()
        office = Office(db, Clocks(clock, clock, Calendar(ChineseWorkingDays({}, 2026))))
        files, imports = FolderFiles(folder, db, clock), Imports(office, all_kinds())
        runner = ImportRunner(office, imports, files, [str])
        world = await make_world(db)
        yield ImportDesk(db, world, files, imports, runner, By(await viewer(db, world.head), Door.PAGE), kind)
