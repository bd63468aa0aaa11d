"""Imports: a preview that is the import itself rolled back, all rows or none, and the way back."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.access import NotVisible
from tests.support.importing import ImportDesk, import_desk, viewer
from tests.support.spreadsheets import HEAD, device_rows, spreadsheet
from tests.support.world import add_device, add_organisation, add_person
from workflows.actor import Door
from workflows.administration import import_runs
from workflows.administration.device_import import CHANGED_SINCE, USED_SINCE
from workflows.administration.import_runs import ImportRunner, TwoRows
from workflows.administration.imports import ImportFaulty, ImportNotInThisState
from workflows.administration.office import By
from workflows.errors import NotPermitted
from workflows.identity.roles import Role


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[ImportDesk]:
    async with import_desk(database_url, tmp_path) as opened:
        yield opened


async def test_a_preview_says_what_comes_and_changes_nothing(desk: ImportDesk) -> None:
    batch = await desk.row(await desk.upload(spreadsheet(HEAD, *device_rows(3))))
    assert batch["state"] == "preview"
    assert batch["report"]["counts"] == {"new": 3}
    assert batch["report"]["news"][0] == [2, "MR-0001 MR 1"]
    assert await desk.numbers() == ["CT-0001"]


async def test_all_rows_come_in_with_labels_and_audit(desk: ImportDesk) -> None:
    batch = await desk.bring_in(spreadsheet(HEAD, *device_rows(3)))
    assert (await desk.row(batch))["state"] == "done"
    rows = await desk.db.fetch(
        "SELECT d.price, o.name, l.generation FROM device d JOIN organisation o ON o.id = d.organisation_id "
        "JOIN device_label l ON l.device_id = d.id WHERE d.type = 'mr' ORDER BY d.number"
    )
    assert [tuple(map(str, row)) for row in rows] == [
        ("1000.50", "Radiology", "1"), ("2001.00", "Radiology", "1"), ("3001.50", "Radiology", "1")
    ]  # fmt: skip
    actions = await desk.db.fetch("SELECT action FROM audit ORDER BY id")
    assert [row["action"] for row in actions] == [
        "import.upload", "import.running", *["device.create"] * 3, "import.done"
    ]  # fmt: skip


async def test_one_wrong_row_keeps_all_out_and_says_row_column_and_what_to_do(desk: ImportDesk) -> None:
    rows = device_rows(3)
    rows[1] = ("MR-0002", "bed", "", "Demo Medical", "M1", "S-2", "Cellar", "much")
    batch = await desk.upload(spreadsheet(HEAD, *rows))
    faults = (await desk.row(batch))["report"]["faults"]
    assert {(f[0], f[1]) for f in faults} == {(3, "type"), (3, "name"), (3, "price")}
    with pytest.raises(ImportFaulty):
        await desk.imports.start(desk.by, batch)
    assert await desk.numbers() == ["CT-0001"]


async def test_what_only_the_database_knows_is_wrong_is_said_too(desk: ImportDesk) -> None:
    elsewhere = await add_organisation(desk.db, "hospital", "Second Demo Hospital")
    await add_device(desk.db, elsewhere, "MR-0001")
    rows = [
        *device_rows(3),
        ("MR-0009", "MR scanner", "x", "Demo Medical", "M", "S-3", "", 1),
        device_rows(2)[1],
    ]
    rows[1] = (*rows[1][:6], "Cellar", 1)
    faults = (await desk.row(await desk.upload(spreadsheet(HEAD, *rows))))["report"]["faults"]
    assert [(f[0], f[1]) for f in faults] == [(2, "number"), (3, "department"), (5, "serial")]
    assert faults[0][2] == "This is already registered."
    assert faults[2][3]["number"] == "MR-0003"


async def test_changes_are_shown_before_and_after_and_empty_cells_change_nothing(desk: ImportDesk) -> None:
    await desk.bring_in(spreadsheet(HEAD, *device_rows(2)))
    again = device_rows(2)
    again[0] = (*again[0][:2], "Renamed", *again[0][3:6], None, None)
    batch = await desk.upload(spreadsheet(HEAD, *again))
    report = (await desk.row(batch))["report"]
    assert report["counts"] == {"changed": 1, "same": 1}
    assert report["changes"] == [[2, "MR-0001 Renamed", {"name": ["MR 1", "Renamed"]}]]
    await desk.imports.start(desk.by, batch)
    await desk.runner.run_due()
    row = await desk.db.fetchrow("SELECT name, price::text FROM device WHERE number = 'MR-0001'")
    assert row is not None
    assert tuple(row) == ("Renamed", "1000.50")


async def test_a_move_is_on_record_at_both_places(desk: ImportDesk) -> None:
    await desk.bring_in(spreadsheet(HEAD, *device_rows(1)))
    hospital = await desk.db.fetchrow("SELECT id, name FROM organisation WHERE id = $1", desk.world.hospital)
    assert hospital is not None
    row = device_rows(1)[0]
    await desk.bring_in(spreadsheet(HEAD, (*row[:6], hospital["name"], row[7])))
    moves = await desk.db.fetch("SELECT organisation_id FROM audit WHERE action = 'device.move'")
    assert {move["organisation_id"] for move in moves} == {desk.world.department, desk.world.hospital}


async def test_an_import_is_taken_back_whole(desk: ImportDesk) -> None:
    await desk.bring_in(spreadsheet(HEAD, *device_rows(2)))
    ward = await add_organisation(desk.db, "department", "Ward", desk.world.hospital)
    second = device_rows(3, first=2)
    second[0] = (*second[0][:2], "Renamed", *second[0][3:6], "Ward", 5)
    batch = await desk.bring_in(spreadsheet(HEAD, *second))
    moved = await desk.db.fetchrow("SELECT organisation_id FROM device WHERE number = 'MR-0002'")
    assert moved is not None
    assert moved[0] == ward
    assert (await desk.undo(batch))["state"] == "undone"
    assert await desk.numbers() == ["CT-0001", "MR-0001", "MR-0002"]
    row = await desk.db.fetchrow(
        "SELECT name, price::text, organisation_id FROM device WHERE number = 'MR-0002'"
    )
    assert row is not None
    assert tuple(row) == ("MR 2", "2001.00", desk.world.department)


CHANGED = "UPDATE device SET version = version + 1 WHERE number = 'MR-0002'"
USED = """
WITH f AS (INSERT INTO stored_file (sha256, size, media_type, stored_at) VALUES ('a', 1, 'image/jpeg', now()))
INSERT INTO device_file (device_id, file_id, kind, name, public_key, added_by_id, added_at)
SELECT d.id, 'a', 'photo', 'front', 'k', p.id, now() FROM device d, person p WHERE d.number = 'MR-0002' LIMIT 1
"""


@pytest.mark.parametrize(("since", "reason"), [(CHANGED, CHANGED_SINCE), (USED, USED_SINCE)])
async def test_what_was_changed_or_used_since_bars_taking_back_and_nothing_is_taken(
    desk: ImportDesk, since: str, reason: str
) -> None:
    batch = await desk.bring_in(spreadsheet(HEAD, *device_rows(3)))
    await desk.db.execute(since)
    row = await desk.undo(batch)
    assert (row["state"], row["report"]["bars"]) == ("done", [[3, reason]])
    assert len(await desk.numbers()) == 4


async def test_a_file_twice_is_warned_of(desk: ImportDesk) -> None:
    content = spreadsheet(HEAD, *device_rows(1))
    first = await desk.bring_in(content)
    assert (await desk.row(await desk.upload(content)))["report"]["twin"] == first


async def test_what_changed_since_the_preview_stops_the_import(desk: ImportDesk) -> None:
    batch = await desk.upload(spreadsheet(HEAD, *device_rows(2)))
    await desk.imports.start(desk.by, batch)
    await add_device(desk.db, desk.world.department, "MR-0001")
    await desk.runner.run_due()
    row = await desk.row(batch)
    assert (row["state"], row["report"]["moved_on"]) == ("preview", True)
    assert row["report"]["counts"] == {"changed": 1, "new": 1}


async def test_a_killed_import_begins_anew_and_is_given_up_after_some_tries(
    desk: ImportDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await desk.upload(spreadsheet(HEAD, *device_rows(2)))
    await desk.imports.start(desk.by, batch)

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(ImportRunner, "_record", die)
        for _ in range(import_runs.MOST_TRIES):
            with pytest.raises(asyncio.CancelledError):
                await desk.runner.run_due()
    assert await desk.numbers() == ["CT-0001"]
    await desk.runner.run_due()
    row = await desk.row(batch)
    assert (row["state"], row["report"]["error"][0]) == ("failed", import_runs.GAVE_UP)


async def test_two_processes_do_not_do_it_twice(desk: ImportDesk) -> None:
    batch = await desk.upload(spreadsheet(HEAD, *device_rows(30)))
    await desk.imports.start(desk.by, batch)
    await asyncio.gather(desk.runner.run_due(), desk.runner.run_due())
    assert len(await desk.numbers()) == 31


async def test_only_heads_and_administrators_import(desk: ImportDesk) -> None:
    for person, refusal in ((desk.world.engineer, NotPermitted), (desk.world.reporter, NotVisible)):
        with pytest.raises(refusal):
            await desk.upload(spreadsheet(HEAD), By(await viewer(desk.db, person), Door.PAGE))


async def test_rights_count_when_the_work_is_done(desk: ImportDesk) -> None:
    batch = await desk.upload(spreadsheet(HEAD, *device_rows(1)))
    await desk.imports.start(desk.by, batch)
    await desk.db.execute("DELETE FROM post WHERE person_id = $1", desk.world.head)
    await desk.runner.run_due()
    assert await desk.numbers() == ["CT-0001"]


async def test_each_step_is_for_its_state_alone(desk: ImportDesk) -> None:
    batch = await desk.bring_in(spreadsheet(HEAD, *device_rows(1)))
    for step in (desk.imports.start, desk.imports.drop):
        with pytest.raises(ImportNotInThisState):
            await step(desk.by, batch)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"x" * 50, hashlib.sha256(b"").digest()])
async def test_what_is_no_spreadsheet_fails_with_words(desk: ImportDesk, content: bytes) -> None:
    row = await desk.row(await desk.upload(content))
    assert row["state"] == "failed"
    assert "not a spreadsheet" in row["report"]["error"][0]


async def test_a_foreign_administrator_neither_sees_nor_starts_it(desk: ImportDesk) -> None:
    elsewhere = await add_organisation(desk.db, "hospital", "Second Demo Hospital")
    person = await add_person(desk.db, elsewhere, "Administrator", Role.ADMINISTRATOR)
    batch = await desk.upload(spreadsheet(HEAD, *device_rows(1)))
    foreign = By(await viewer(desk.db, person), Door.PAGE)
    for step in (desk.imports.start, desk.imports.drop, desk.imports.undo):
        with pytest.raises(NotVisible):
            await step(foreign, batch)


async def test_a_number_that_a_row_gives_is_taken_for_later_rows(desk: ImportDesk) -> None:
    await desk.bring_in(spreadsheet(HEAD, *device_rows(2)))
    first, second, third = device_rows(3)
    rows = [("MR-0009", *first[1:]), ("mr-0009", *third[1:]), (*second[:2], "New name", *second[3:])]
    report = (await desk.row(await desk.upload(spreadsheet(HEAD, *rows))))["report"]
    assert report["counts"] == {"changed": 2, "wrong": 1}
    assert [(f[0], f[1], f[3].get("number")) for f in report["faults"]] == [(3, "number", "MR-0009")]


async def test_two_rows_that_change_the_same_device_are_told_apart(desk: ImportDesk) -> None:
    await desk.bring_in(spreadsheet(HEAD, *device_rows(1)))
    (known,) = device_rows(1)
    rows = [(*known[:2], name, *known[3:]) for name in ("One", "Two")]
    report = (await desk.row(await desk.upload(spreadsheet(HEAD, *rows))))["report"]
    assert report["faults"] == [[3, "", TwoRows.text, {"row": 2}]]
