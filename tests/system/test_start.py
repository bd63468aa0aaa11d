"""What keeps the service from starting is one clear line and exit code 1; settings come from several places."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main
from storage.sealing import new_master_key
from tests.support.service import answers, command, free_port, run

KEY = new_master_key()
AWAY = "postgresql://somebody:secret-word@127.0.0.1:1/nothing"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _usable(dsn: str, folder: Path) -> dict[str, str]:
    data = str(folder / "data")
    return {"DATABASE_URL": dsn, "YISHE_MASTER_KEY": KEY, "YISHE_DATA_DIR": data, "YISHE_PORT": "0"}


async def _refusal(settings: dict[str, str], folder: Path) -> str:
    """The one line with which the service does not start."""
    code, said = await run("serve", settings=settings, folder=folder)
    assert code == 1
    assert said.startswith("yishe serve: "), said
    assert len(said.splitlines()) == 1, said
    return said


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("YISHE_LOG_LEVEL", "loud", "YISHE_LOG_LEVEL: "),
        ("YISHE_PORT", "many", "YISHE_PORT: "),
        ("YISHE_PUBLIC_URL", "yishe.example", "YISHE_PUBLIC_URL: "),
        ("YISHE_LEASE_S", "80", "YISHE_LEASE_S: "),
        ("YISHE_FAIL_POINT", "somewhere:often", "YISHE_FAIL_POINT: "),
        ("YISHE_MASTER_KEY_FILE", "/no/such/file", "YISHE_MASTER_KEY_FILE cannot be read: No such file"),
        ("DATABASE_URL", "mysql://somebody:secret-word@somewhere", "DATABASE_URL: "),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_its_value(
    name: str,
    value: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    assert main(["serve"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("yishe serve: ")
    assert words in said
    assert len(said.splitlines()) == 1
    assert "secret-word" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DATABASE_URL": AWAY}, "YISHE_MASTER_KEY: is needed with DATABASE_URL"),
        ({"DATABASE_URL": AWAY, "YISHE_MASTER_KEY": "too-short"}, "YISHE_MASTER_KEY or "),
        ({"DATABASE_URL": AWAY, "YISHE_MASTER_KEY": KEY}, "the database does not answer: "),
        (
            {"DATABASE_URL": AWAY.replace(":1/", ":one/"), "YISHE_MASTER_KEY": KEY},
            "the address of the database is malformed",
        ),
    ],
)
async def test_what_is_wrong_with_the_database_is_said_without_the_password(
    settings: dict[str, str], words: str, tmp_path: Path
) -> None:
    said = await _refusal(settings, tmp_path)
    assert words in said
    assert "secret-word" not in said


async def test_a_taken_port_is_named(taken_port: int, database_url: str, tmp_path: Path) -> None:
    settings = _usable(database_url, tmp_path) | {"YISHE_PORT": str(taken_port)}
    said = await _refusal(settings, tmp_path)
    assert str(taken_port) in said
    assert "address already in use" in said


async def test_a_database_that_is_not_there_is_named(database_url: str, tmp_path: Path) -> None:
    settings = _usable(database_url.replace("///test_", "///no_such_database_"), tmp_path)
    assert "no_such_database" in await _refusal(settings, tmp_path)


async def test_settings_come_from_a_file_in_the_folder_and_from_files_that_are_named(
    database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    (tmp_path / ".env").write_text(f"YISHE_PORT={port}\nDATABASE_URL={database_url}\n", encoding="utf-8")
    settings = {"YISHE_MASTER_KEY_FILE": str(tmp_path / "key"), "YISHE_DATA_DIR": str(tmp_path / "data")}
    async with command("serve", settings=settings, folder=tmp_path, log=tmp_path / "log"):
        await answers(f"http://127.0.0.1:{port}/readyz")


async def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("YISHE_LOG_LEVEL=debug\nYISHE_PORT=1\n", encoding="utf-8")
    assert "YISHE_LOG_LEVEL" in await _refusal({"YISHE_LOG_LEVEL": "loud"}, tmp_path)
