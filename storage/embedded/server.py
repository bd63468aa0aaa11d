"""The embedded server as its users see it."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from storage.embedded.cluster import DATABASE, USER
from storage.embedded.folders import Plan, UnsafeFolderError

KEEPER_BUSY = 75
POLL_S = 0.05
PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot be used; the message says why and what to do (often: set DATABASE_URL)."""


class EmbeddedServer:
    """A PostgreSQL server in a folder, shared by the processes of one user, ended with the last of them.

    `async with EmbeddedServer(folder) as dsn:` starts it or joins one that runs. The folder is for its owner
    alone (0700), parents are left as they are, and only a Unix socket in a folder of the same kind leads in.
    After any crash the next start recovers without help. Several event loops one after the other may use one
    object; whoever drops it lets go of the server.

    Args:
        data_dir: made if missing; used for nothing else.
        settings: PostgreSQL's own, e.g. `{"fsync": "off"}` for tests; only who starts the server decides.
        user_namespaces: False where the kernel must not be asked for one (only root is concerned).
        start_timeout_s: seconds to wait, the recovery after a crash included.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, str] | None = None,
        user_namespaces: bool = True,
        start_timeout_s: float = 90.0,
    ) -> None:
        self._plan = Plan(str(data_dir.resolve()), dict(settings or {}), user_namespaces)
        self._timeout_s = start_timeout_s
        self._connection: socket.socket | None = None

    @property
    def dsn(self) -> str:
        """For asyncpg and libpq; valid between `start` and `stop`."""
        return f"postgresql:///{DATABASE}?host={quote(str(self._plan.folders.sockets))}&user={USER}"

    async def start(self) -> str:
        """Start or join the server and return its DSN.

        Raises:
            EmbeddedServerError: no server for this machine, an unusable folder, or it did not start in time.
        """
        if not hasattr(socket, "AF_UNIX") or sys.platform == "win32":
            raise EmbeddedServerError(
                "There is no embedded PostgreSQL for Windows: set DATABASE_URL to a server."
            )
        try:
            self._plan.folders.make()
            async with asyncio.timeout(self._timeout_s):
                while not await self._join():
                    await self._launch_keeper()
        except TimeoutError:
            raise EmbeddedServerError(
                f"PostgreSQL did not start in {self._timeout_s:.0f} s: see {self._plan.folders.log}"
            ) from None
        except (OSError, UnsafeFolderError) as error:
            raise EmbeddedServerError(f"The data folder cannot be used: {error}") from error
        return self.dsn

    async def stop(self) -> None:
        """Let go of the server; returns when it has ended, or at once while others use it."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with connection, contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            await _read_all(connection)

    async def __aenter__(self) -> str:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _join(self) -> bool:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            answer = await _greet(connection, self._plan.folders.control)
        except BaseException:
            connection.close()
            raise
        if answer == "ready":
            self._connection = connection
            return True
        connection.close()
        if answer:
            raise EmbeddedServerError(answer.removeprefix("error "))
        return False

    async def _launch_keeper(self) -> None:
        status, errors = await asyncio.to_thread(_run_launcher, self._plan)
        if status == KEEPER_BUSY:
            await asyncio.sleep(POLL_S)  # one is just coming or going
        elif status:
            raise EmbeddedServerError(f"The keeper of PostgreSQL failed: {errors[-1500:]}")


def _run_launcher(plan: Plan) -> tuple[int, str]:
    # A file and not a pipe: the keeper stays, and waiting for a pipe's end would mean waiting for the keeper.
    command = [sys.executable, "-m", "storage.embedded.keeper", plan.to_json()]
    with tempfile.TemporaryFile() as errors:
        launcher = subprocess.run(
            command, cwd=PACKAGE_ROOT, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, check=False
        )
        errors.seek(0)
        return launcher.returncode, errors.read().decode(errors="replace")


async def _greet(connection: socket.socket, control: Path) -> str:
    """The keeper's first line; empty when there is none, or one that is about to leave."""
    try:
        connection.connect(str(control))  # within one machine this does not wait
        connection.setblocking(False)
        return await _read_line(connection)
    except (FileNotFoundError, ConnectionError):
        return ""


async def _read_line(connection: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\n"):
        chunk = await asyncio.get_running_loop().sock_recv(connection, 4096)
        if not chunk:
            return ""
        received += chunk
    return received.decode().strip()


async def _read_all(connection: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(connection, 4096):
        pass
