"""Contents are kept once, whole or not at all."""

import asyncio
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from storage.database import Database
from storage.files import FolderFiles
from tests.support.clocks import FixedClock

CONTENT = b"a photo" * 1000
NAME = sha256(CONTENT).hexdigest()


@pytest.fixture
async def files(database_url: str, tmp_path: Path) -> AsyncIterator[FolderFiles]:
    async with Database.open(database_url, max_size=4) as db:
        yield FolderFiles(tmp_path / "files", db, FixedClock())


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def test_a_content_is_named_by_its_hash_and_comes_back(files: FolderFiles, tmp_path: Path) -> None:
    assert await files.put(CONTENT, "image/png") == NAME
    assert await files.get(NAME) == CONTENT
    assert kept(tmp_path) == [NAME]


async def test_the_same_content_twice_and_at_once_is_kept_once(files: FolderFiles, tmp_path: Path) -> None:
    names = await asyncio.gather(*(files.put(CONTENT, "image/png") for _ in range(4)))
    assert await files.put(CONTENT, "text/plain") == NAME
    assert set(names) == {NAME}
    assert kept(tmp_path) == [NAME]
    rows = await files._db.fetch("SELECT size, media_type FROM stored_file")
    assert [tuple(row) for row in rows] == [(len(CONTENT), "image/png")]


async def test_a_disk_that_is_full_leaves_nothing_half_written(
    files: FolderFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await files.put(CONTENT, "image/png")
    assert kept(tmp_path) == []
    assert await files._db.fetch("SELECT 1 FROM stored_file") == []
    monkeypatch.undo()
    assert await files.get(await files.put(CONTENT, "image/png")) == CONTENT


async def test_what_a_killed_process_left_aside_is_in_nobodys_way(files: FolderFiles, tmp_path: Path) -> None:
    aside = tmp_path / "files" / NAME[:2] / "tmp-left"
    aside.parent.mkdir(parents=True)
    aside.write_bytes(CONTENT[:10])
    await files.put(CONTENT, "image/png")
    assert await files.get(NAME) == CONTENT


async def test_only_the_owner_reads_them(files: FolderFiles, tmp_path: Path) -> None:
    await files.put(CONTENT, "image/png")
    path = tmp_path / "files" / NAME[:2] / NAME
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_an_unknown_content_is_not_found(files: FolderFiles) -> None:
    with pytest.raises(FileNotFoundError):
        await files.get(NAME)
