import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
import uvloop

from storage.embedded import EmbeddedServerError
from storage.embedded.cluster import ClusterError, find_cluster
from storage.embedded.folders import Plan
from tests.support.embedded import (
    has_new_server,
    hold_server,
    is_alive,
    keeper_of,
    kill,
    mode,
    postmaster,
    query,
    server_in,
    until,
)


async def test_the_server_answers_and_has_ended_after_the_stop(tmp_path: Path) -> None:
    async with server_in(tmp_path) as dsn:
        assert await query(dsn, "SELECT current_user || current_database()") == "yisheyishe"
        pid = postmaster(tmp_path)
    assert not is_alive(pid)


async def test_data_outlives_a_stop(tmp_path: Path) -> None:
    async with server_in(tmp_path) as dsn:
        await query(dsn, "CREATE TABLE kept AS SELECT 42 AS value")
    async with server_in(tmp_path) as dsn:
        assert await query(dsn, "SELECT value FROM kept") == 42


async def test_only_the_owner_may_enter_and_parents_are_left_alone(tmp_path: Path) -> None:
    parent = tmp_path / "private"
    parent.mkdir(mode=0o700)
    async with server_in(parent):
        assert {mode(parent), mode(parent / "data"), mode(parent / "data/run")} == {0o700}
        assert mode(parent / "data/run/.s.PGSQL.5432") == 0o700


async def test_no_network_port_is_open(tmp_path: Path) -> None:
    async with server_in(tmp_path) as dsn:
        assert await query(dsn, "SHOW listen_addresses") == ""


async def test_a_killed_process_takes_the_server_with_it(tmp_path: Path) -> None:
    process, _ = await hold_server(tmp_path)
    pid = postmaster(tmp_path)
    await kill(process)
    await until(lambda: not is_alive(pid))


async def test_a_start_right_after_a_kill_waits_for_the_old_server(tmp_path: Path) -> None:
    process, dsn = await hold_server(tmp_path)
    await query(dsn, "CREATE TABLE kept AS SELECT 42 AS value")
    await kill(process)
    async with server_in(tmp_path) as dsn:
        assert await query(dsn, "SELECT value FROM kept") == 42


async def test_a_second_process_shares_the_server_and_keeps_it_when_the_first_is_killed(
    tmp_path: Path,
) -> None:
    process, dsn = await hold_server(tmp_path)
    pid = postmaster(tmp_path)
    async with server_in(tmp_path) as same:
        assert same == dsn
        await kill(process)
        assert await query(dsn, "SELECT 1") == 1
        assert postmaster(tmp_path) == pid
    assert not is_alive(pid)


async def test_a_guest_that_leaves_does_not_stop_the_server_for_others(tmp_path: Path) -> None:
    async with server_in(tmp_path) as dsn:
        async with server_in(tmp_path):
            pass
        assert await query(dsn, "SELECT 1") == 1


async def test_many_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    servers = [server_in(tmp_path) for _ in range(4)]
    dsns = await asyncio.gather(*(server.start() for server in servers))
    assert len(set(dsns)) == 1
    assert await query(dsns[0], "SELECT 1") == 1
    await asyncio.gather(*(server.stop() for server in servers))


@pytest.mark.skipif(sys.platform != "linux", reason="PDEATHSIG is Linux's")
async def test_a_killed_keeper_takes_the_server_with_it_and_the_next_start_recovers(tmp_path: Path) -> None:
    first = server_in(tmp_path)
    await first.start()
    pid = postmaster(tmp_path)
    os.kill(keeper_of(tmp_path), signal.SIGKILL)
    async with server_in(tmp_path) as dsn:
        assert not is_alive(pid)
        assert await query(dsn, "SELECT 1") == 1
    await first.stop()


async def test_everything_killed_at_once_recovers(tmp_path: Path) -> None:
    process, dsn = await hold_server(tmp_path)
    await query(dsn, "CREATE TABLE kept AS SELECT 42 AS value")
    for pid in (keeper_of(tmp_path), postmaster(tmp_path)):
        os.kill(pid, signal.SIGKILL)
    await kill(process)
    async with server_in(tmp_path) as dsn:
        assert await query(dsn, "SELECT value FROM kept") == 42


async def test_a_server_that_crashes_is_started_again_under_its_guests(tmp_path: Path) -> None:
    async with server_in(tmp_path) as dsn:
        old = postmaster(tmp_path)
        os.kill(old, signal.SIGKILL)
        await until(lambda: has_new_server(tmp_path, old))
        assert await query(dsn, "SELECT 1") == 1


async def test_a_stale_pid_file_whose_number_is_somebody_elses_is_no_obstacle(tmp_path: Path) -> None:
    async with server_in(tmp_path):
        lines = (tmp_path / "data/pgdata/postmaster.pid").read_text().splitlines()
    stranger = str(os.getppid())
    (tmp_path / "data/pgdata/postmaster.pid").write_text("\n".join([stranger, *lines[1:]]) + "\n")
    async with server_in(tmp_path) as dsn:
        assert await query(dsn, "SELECT 1") == 1


async def test_a_first_start_cut_short_is_done_again(tmp_path: Path) -> None:
    unfinished = tmp_path / "data/pgdata.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    async with server_in(tmp_path) as dsn:
        assert await query(dsn, "SELECT 1") == 1


async def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long " * 30)
    folder.mkdir()
    async with server_in(folder) as dsn:
        assert await query(dsn, "SELECT 1") == 1
        run = (folder / "data/run").resolve()
        assert len(str(run)) < 90
        assert mode(run) == 0o700
    shutil.rmtree(run)


async def test_a_broken_cluster_is_reported_with_postgresqls_own_words(tmp_path: Path) -> None:
    async with server_in(tmp_path):
        pass
    (tmp_path / "data/pgdata/postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(EmbeddedServerError, match="no_such_setting"):
        await server_in(tmp_path).start()


def test_where_there_are_no_binaries_the_message_names_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.embedded.cluster.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ClusterError, match="DATABASE_URL"):
        find_cluster(Plan(str(tmp_path)))


@pytest.mark.parametrize("folder_mode", [0o755, 0o750])
async def test_a_data_folder_that_was_open_is_closed(tmp_path: Path, folder_mode: int) -> None:
    (tmp_path / "data").mkdir(mode=folder_mode)
    async with server_in(tmp_path):
        assert mode(tmp_path / "data") == 0o700


def test_it_starts_under_uvloop_as_well(tmp_path: Path) -> None:
    async def ask() -> object:
        async with server_in(tmp_path) as dsn:
            return await query(dsn, "SELECT 1")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(ask()) == 1
