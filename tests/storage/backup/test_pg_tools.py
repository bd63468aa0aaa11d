"""The programs fit the server, and nobody sees the password among their arguments."""

from pathlib import Path

import pytest

from storage.backup import BackupFailed, pg_tools
from storage.backup.pg_tools import Server, tool


def program(folder: Path, version: str) -> str:
    """Something that says it is pg_dump of that version."""
    folder.mkdir()
    path = folder / "pg_dump"
    path.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    found = {major: program(tmp_path / str(major), f"{major}.3 (Debian)") for major in (15, 16, 18)}
    monkeypatch.setattr(pg_tools, "_candidates", lambda _: [*found.values(), "/no/such/program"])
    return found


@pytest.mark.parametrize(("server", "chosen"), [(15, 15), (16, 16), (17, 18), (18, 18)])
def test_the_nearest_version_at_or_above_the_servers_is_chosen(
    server: int, chosen: int, programs: dict[int, str]
) -> None:
    assert tool("pg_dump", Server("", {}, server)) == programs[chosen]


def test_without_one_that_fits_it_says_what_is_needed(programs: dict[int, str]) -> None:
    with pytest.raises(BackupFailed, match=r"PostgreSQL 19 or newer is needed .* only 15, 16, 18 here"):
        tool("pg_dump", Server("", {}, 19))


def test_the_bundled_programs_are_found() -> None:
    assert tool("pg_restore", Server("", {}, 18)).endswith("pg_restore")


def test_the_password_goes_into_the_environment() -> None:
    server = Server.at("postgresql://me%40home:s%3Aecret@db.example:5433/yishe?sslmode=require", 16)
    assert server.url == "postgresql://me%40home@db.example:5433/yishe?sslmode=require"
    assert server.environment["PGPASSWORD"] == "s:ecret"


def test_an_address_without_password_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/ca.pem")
    monkeypatch.setenv("YISHE_MASTER_KEY", "none of their business")
    server = Server.at("postgresql:///yishe?host=/run&user=yishe", 16)
    assert server.url == "postgresql:///yishe?host=/run&user=yishe"
    assert server.environment["PGSSLROOTCERT"] == "/etc/ca.pem"
    assert not {"PGPASSWORD", "YISHE_MASTER_KEY"} & server.environment.keys()
