"""A file of many rows is brought in with few journeys to the database, and still all of it or nothing."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support.importing import ImportDesk, import_desk
from tests.support.spreadsheets import HEAD, device_rows, spreadsheet
from tests.support.world import add_device, add_organisation
from workflows.administration.device_batch import DeviceBatch
from workflows.administration.device_forms import DeviceForm
from workflows.administration.many_rows import Clash

WAYS = ("execute", "executemany", "fetch", "fetchrow", "fetchval")


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[ImportDesk]:
    async with import_desk(database_url, tmp_path) as opened:
        yield opened


async def test_what_somebody_enters_at_the_same_moment_stops_the_import_with_words(
    desk: ImportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await desk.upload(spreadsheet(HEAD, *device_rows(3)))
    elsewhere, same = await add_organisation(desk.db, "hospital", "Second"), DeviceBatch.same

    def blind(found: DeviceBatch, form: DeviceForm, but: int | None = None) -> object:
        return [] if form.number == "MR-0002" else same(found, form, but)

    monkeypatch.setattr(DeviceBatch, "same", blind)  # as if the other one came after it was looked
    await desk.imports.start(desk.by, batch)
    await add_device(desk.db, elsewhere, "MR-0002")
    await desk.runner.run_due()
    row = await desk.row(batch)
    assert (row["state"], row["report"]["error"][0]) == ("failed", Clash.text)
    assert await desk.numbers() == ["CT-0001", "MR-0002"]


def counted(does: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def do(*args: Any, **named: Any) -> Any:
        asked.append(does.__name__)
        return does(*args, **named)

    return do


async def journeys(desk: ImportDesk, first: int, count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the database was asked to bring so many devices in."""
    batch, asked = await desk.upload(spreadsheet(HEAD, *device_rows(count, first))), list[str]()
    await desk.imports.start(desk.by, batch)
    with monkeypatch.context() as patch:
        for way in WAYS:
            patch.setattr(asyncpg.Connection, way, counted(getattr(asyncpg.Connection, way), asked))
        await desk.runner.run_due()
    assert (await desk.row(batch))["state"] == "done"
    return len(asked)


async def test_more_rows_are_no_more_journeys_to_the_database(
    desk: ImportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = await journeys(desk, 1, 5, monkeypatch)
    assert await journeys(desk, 100, 55, monkeypatch) == few
