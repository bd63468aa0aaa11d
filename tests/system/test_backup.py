"""`yishe backup` and `yishe restore` as an administrator gives them, while the service runs, into an empty place."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest

from storage.backup.making import make
from tests.support.backups import CHEAP, PASSPHRASE, SECRETS, empty_database, lived_in, opened_secrets
from tests.support.service import answers, command, free_port, run, soon
from tests.support.world import LABEL

pytestmark = pytest.mark.timeout(300)  # a machine that does other work as well needs its time
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def _settings(dsn: str, key: str, folder: Path, **more: str) -> dict[str, str]:
    data = {"YISHE_DATA_DIR": str(folder), "YISHE_MASTER_KEY": key, "YISHE_LOG_LEVEL": "warning"}
    return {"DATABASE_URL": dsn, "YISHE_BACKUP_PASSPHRASE": PASSPHRASE, **data, **more}


async def test_a_service_goes_on_from_its_backup_in_an_empty_place(
    owner_url: str, postgres_url: str, database_names: Iterator[str], tmp_path: Path
) -> None:
    saved, port = await lived_in(owner_url, tmp_path / "old"), free_port()
    old = _settings(owner_url, saved.key, tmp_path / "old")
    code, said = await run("backup", "made.yishe", settings=old, folder=tmp_path)
    assert (code, said.splitlines()[0].startswith("made.yishe made: ")) == (0, True), said
    async with empty_database(postgres_url, next(database_names)) as dsn:
        new = _settings(dsn, saved.key, tmp_path / "new", YISHE_PORT=str(port))
        code, said = await run("restore", "made.yishe", settings=new, folder=tmp_path)
        assert (code, said.startswith("restored: ")) == (0, True), said
        async with command("serve", settings=new, folder=tmp_path, log=tmp_path / "log") as process:
            await answers(f"http://127.0.0.1:{port}/readyz")
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{port}/d/{LABEL}") as page,
            ):
                assert page.status == 200
                assert "CT-0001" in await page.text()
            process.send(signal.SIGTERM)
            assert await process.exit_code() == 0
        assert await opened_secrets(dsn, saved.key) == SECRETS


async def test_what_is_wrong_is_one_line(owner_url: str, tmp_path: Path) -> None:
    saved = await lived_in(owner_url, tmp_path / "old", photos=1)
    settings = _settings(owner_url, saved.key, tmp_path / "old")
    await make(saved.place, tmp_path / "made.yishe", PASSPHRASE, NOW, "1", CHEAP)
    code, said = await run("restore", "made.yishe", settings=settings, folder=tmp_path)
    assert (code, said.splitlines()) == (1, [said.strip()])
    assert said.startswith("yishe restore: the database is not empty")
    wrong = {**settings, "YISHE_BACKUP_PASSPHRASE": "another passphrase"}
    code, said = await run("backup", "--verify", "made.yishe", settings=wrong, folder=tmp_path)
    assert (code, said) == (
        1,
        "yishe backup: the passphrase is not the one with which this backup was made\n",
    )
    del settings["YISHE_BACKUP_PASSPHRASE"]
    code, said = await run("backup", "again.yishe", settings=settings, folder=tmp_path)
    assert code == 1
    assert said.startswith("yishe backup: YISHE_BACKUP_PASSPHRASE: is needed")


async def test_a_backup_that_is_stopped_leaves_nothing_behind(owner_url: str, tmp_path: Path) -> None:
    saved = await lived_in(owner_url, tmp_path / "old", photos=1)
    for content in (f"spare {n}".encode() * 200_000 for n in range(100)):
        name = sha256(content).hexdigest()
        (saved.place.files / name[:2]).mkdir(exist_ok=True)
        (saved.place.files / name[:2] / name).write_bytes(content)
    settings, log = _settings(owner_url, saved.key, tmp_path / "old"), tmp_path / "log"
    async with command("backup", "made.yishe", settings=settings, folder=tmp_path, log=log) as process:
        await soon(lambda: bool(list(tmp_path.glob(".made.yishe*"))))
        process.send(signal.SIGTERM)
        assert await process.exit_code() == 1
    assert "nothing half done was left behind" in log.read_text()
    assert [path.name for path in tmp_path.iterdir() if "made" in path.name] == []
