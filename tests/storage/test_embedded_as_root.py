import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.embedded import EmbeddedServerError
from tests.support.embedded import postmaster, query, server_in

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root is kept out by PostgreSQL")


async def test_root_without_user_namespaces_runs_it_as_somebody_else(public_path: Path) -> None:
    async with server_in(public_path, user_namespaces=False) as dsn:
        assert await query(dsn, "SELECT 1") == 1
        assert Path(f"/proc/{postmaster(public_path)}").stat().st_uid != 0
    async with server_in(public_path, user_namespaces=False) as dsn:
        assert await query(dsn, "SELECT 1") == 1


async def test_root_without_user_namespaces_in_a_private_folder_is_told_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(EmbeddedServerError, match=r"out of reach for: .*DATABASE_URL"):
        await server_in(tmp_path, user_namespaces=False).start()


async def test_an_ordinary_users_folder_stays_that_users_when_root_looks_in(public_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    (public_path / "data").mkdir(mode=0o700)
    os.chown(public_path / "data", nobody.pw_uid, nobody.pw_gid)
    async with server_in(public_path) as dsn:
        assert await query(dsn, "SELECT 1") == 1
        assert (public_path / "data/pgdata").stat().st_uid == nobody.pw_uid


@pytest.fixture
def public_path() -> Iterator[Path]:
    """A folder that every user may reach: pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
