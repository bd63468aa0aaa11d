"""A backup brings everything back into an empty place, or nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from storage.backup import BackupFailed, archive, making, restoring
from storage.backup.archive import Manifest, verify
from storage.backup.making import PARTIAL, Place, make
from storage.backup.restoring import restore
from storage.database import Database
from storage.roles import as_login
from tests.support.backups import (
    CHEAP,
    PASSPHRASE,
    SECRETS,
    Saved,
    empty_database,
    everything_in,
    lived_in,
    opened_secrets,
    rows_of,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Trip:
    """An installation, its backup, and an empty place."""

    saved: Saved
    archive: Path
    empty: Place

    async def save(self) -> Manifest:
        return await make(self.saved.place, self.archive, PASSPHRASE, NOW, "1", CHEAP)

    async def bring_back(self, passphrase: str = PASSPHRASE) -> Manifest:
        return await restore(self.archive, self.empty, passphrase)

    async def nothing_came(self) -> None:
        """The place is as empty as before, down to the folder."""
        assert await rows_of(self.empty.dsn) == {}
        assert [path for path in self.empty.files.parent.glob("*") if path != self.archive] == []


@pytest.fixture
async def trip(
    owner_url: str, postgres_url: str, database_names: Iterator[str], tmp_path: Path
) -> AsyncIterator[Trip]:
    saved = await lived_in(owner_url, tmp_path / "old")
    async with empty_database(postgres_url, next(database_names)) as dsn:
        (tmp_path / "new").mkdir()
        empty = Place(dsn, tmp_path / "new" / "files", saved.place.key_id)
        yield Trip(saved, tmp_path / "new" / "backup.yishe", empty)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_everything_comes_back(trip: Trip) -> None:
    manifest = await trip.save()
    assert await trip.bring_back() == manifest
    old, new = await everything_in(trip.saved.place.dsn), await everything_in(trip.empty.dsn)
    old.pop("rate_window", None)
    assert new == old
    assert sum(manifest.tables.values()) == sum(map(len, new.values())) > 20
    assert contents(trip.empty.files) == contents(trip.saved.place.files)
    assert sorted(manifest.files) == sorted(trip.saved.photos)
    assert await opened_secrets(trip.empty.dsn, trip.saved.key) == SECRETS


async def test_nobody_but_the_owner_reads_it_and_nothing_in_it_is_open(trip: Trip) -> None:
    await trip.save()
    assert trip.archive.stat().st_mode & 0o077 == 0
    content = trip.archive.read_bytes()
    assert not any(word in content for word in (b"photo 1photo 1", b"hospital", b"manifest", b"PGDMP"))


async def test_the_service_may_do_no_more_than_before(trip: Trip) -> None:
    """Rights came along: history can still not be changed."""
    await trip.save()
    await trip.bring_back()
    async with Database.open(trip.empty.dsn, max_size=1) as db:
        row = await db.fetchrow(
            "SELECT has_table_privilege('yishe_service', 'step', 'INSERT') AS adds, "
            "has_table_privilege('yishe_service', 'step', 'UPDATE') AS changes"
        )
    assert row
    assert (row["adds"], row["changes"]) == (True, False)


async def test_what_was_written_meanwhile_is_not_torn(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are counted in the snapshot of the dump, files are looked for after it."""
    real_look = making._look

    async def look_and_go_on(connection: object) -> making.Seen:
        async with Database.open(trip.saved.place.dsn, max_size=1) as db:
            await db.execute("UPDATE person SET name = 'changed meanwhile'")
            await db.execute("INSERT INTO organisation (kind, name, path) VALUES ('hospital', 'late', '99.')")
        return await real_look(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_look", look_and_go_on)
    await trip.save()
    await trip.bring_back()
    async with Database.open(trip.empty.dsn, max_size=1) as db:
        assert await db.fetchrow("SELECT 1 FROM person WHERE name = 'changed meanwhile'") is None


async def test_only_the_owner_of_the_tables_can_save_them(trip: Trip) -> None:
    service = replace(trip.saved.place, dsn=as_login(trip.saved.place.dsn))
    with pytest.raises(BackupFailed, match="yishe_app does not own the tables"):
        await make(service, trip.archive, PASSPHRASE, NOW, "1", CHEAP)
    await trip.nothing_came()


async def test_a_backup_is_verified_without_a_database(trip: Trip) -> None:
    manifest = await trip.save()
    assert await verify(trip.archive, PASSPHRASE) == manifest


async def test_a_wrong_passphrase_brings_nothing(trip: Trip) -> None:
    await trip.save()
    with pytest.raises(BackupFailed, match="passphrase is not the one"):
        await trip.bring_back("another passphrase")
    await trip.nothing_came()


@pytest.mark.parametrize("share", [0.3, 0.9, 0.9999])
async def test_an_archive_that_was_cut_or_changed_brings_nothing(trip: Trip, share: float) -> None:
    await trip.save()
    whole = trip.archive.read_bytes()
    at = int(len(whole) * share)
    changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    for broken in (whole[:at], changed):
        trip.archive.write_bytes(broken)
        with pytest.raises(BackupFailed, match="cut short or changed"):
            await trip.bring_back()
    await trip.nothing_came()


async def test_a_database_that_holds_something_is_left_alone(trip: Trip) -> None:
    await trip.save()
    before = await everything_in(trip.saved.place.dsn)
    with pytest.raises(BackupFailed, match="the database is not empty"):
        await restore(trip.archive, replace(trip.empty, dsn=trip.saved.place.dsn), PASSPHRASE)
    assert await everything_in(trip.saved.place.dsn) == before


async def test_a_folder_that_holds_something_is_left_alone(trip: Trip) -> None:
    await trip.save()
    with pytest.raises(BackupFailed, match="files is not empty"):
        await restore(trip.archive, replace(trip.empty, files=trip.saved.place.files), PASSPHRASE)
    assert len(contents(trip.saved.place.files)) == len(trip.saved.photos)
    await trip.nothing_came()


@pytest.mark.parametrize("here", ["", "00000000"])
async def test_without_its_master_key_it_is_refused_unless_wanted(trip: Trip, here: str) -> None:
    await trip.save()
    with pytest.raises(BackupFailed, match=f"needs the master key with the id {trip.empty.key_id}"):
        await restore(trip.archive, replace(trip.empty, key_id=here), PASSPHRASE)
    await trip.nothing_came()
    await restore(trip.archive, replace(trip.empty, key_id=here), PASSPHRASE, any_key=True)


async def test_a_backup_of_a_newer_version_is_refused(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = await trip.save()
    (trip.empty.files.parent / "old").mkdir()
    monkeypatch.setattr(restoring, "FOLDER", trip.empty.files.parent / "old")
    with pytest.raises(BackupFailed, match=f"newer version \\(it has {manifest.migrations[-1]}\\)"):
        await trip.bring_back()


async def test_a_restore_that_fails_in_the_middle_leaves_nothing(
    trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    await trip.save()
    real_dump, asked = archive.dump_in, []

    async def break_off(*place: object) -> AsyncIterator[bytes]:
        async for part in real_dump(*place):  # type: ignore[arg-type]
            asked.append(contents(trip.empty.files))
            yield part[: len(part) // 2]
        raise asyncio.CancelledError

    monkeypatch.setattr(restoring, "dump_in", break_off)
    with pytest.raises((asyncio.CancelledError, BackupFailed)):
        await trip.bring_back()
    assert len(asked[0]) == len(trip.saved.photos)
    await trip.nothing_came()
    monkeypatch.undo()
    await trip.bring_back()


async def test_rows_that_are_not_those_of_the_backup_are_not_kept(
    trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    await trip.save()

    async def fewer(_: object) -> dict[str, int]:
        return {"person": 1}

    monkeypatch.setattr(restoring, "count_rows", fewer)
    with pytest.raises(BackupFailed, match="not those of the backup"):
        await trip.bring_back()
    await trip.nothing_came()


async def test_files_that_are_gone_or_damaged_are_named_and_the_rest_is_saved(trip: Trip) -> None:
    gone, damaged, whole = trip.saved.photos
    (trip.saved.place.files / gone[:2] / gone).unlink()
    (trip.saved.place.files / damaged[:2] / damaged).write_bytes(b"rotten")
    manifest = await trip.save()
    assert (manifest.missing, manifest.damaged, list(manifest.files)) == ([gone], [damaged], [whole])
    await trip.bring_back()
    assert sorted(contents(trip.empty.files)) == [whole]


async def test_what_is_just_being_written_is_not_taken_for_a_file(trip: Trip) -> None:
    (trip.saved.place.files / trip.saved.photos[0][:2] / "tmp123").write_bytes(b"half")
    assert sorted((await trip.save()).files) == sorted(trip.saved.photos)


async def test_a_full_disk_leaves_no_archive(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await trip.save()
    await trip.nothing_came()


async def test_an_archive_is_never_overwritten_and_leavings_are_cleared_away(trip: Trip) -> None:
    left = trip.archive.with_name(f".yesterday{PARTIAL}")
    left.write_bytes(b"killed")
    await trip.save()
    assert not left.exists()
    before = sha256(trip.archive.read_bytes()).hexdigest()
    with pytest.raises(BackupFailed, match="exists, and is not overwritten"):
        await trip.save()
    assert sha256(trip.archive.read_bytes()).hexdigest() == before
