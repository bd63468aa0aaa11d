"""Where an embedded server keeps its things, all of it for its owner alone."""

import hashlib
import json
import os
import stat
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

# The kernel allows 108 bytes for a socket's path (104 on macOS); the longest name below the folder takes 15.
LONGEST_SOCKET_FOLDER = 85
OWNER_ONLY = 0o700


class UnsafeFolderError(RuntimeError):
    """A folder that must be ours alone belongs to somebody else or lets others in."""


@dataclass(frozen=True)
class Plan:
    """What a keeper needs to know; it crosses to its process as JSON."""

    data: str
    settings: dict[str, str] = field(default_factory=dict)
    user_namespaces: bool = True

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @property
    def folders(self) -> "Folders":
        return Folders(Path(self.data))


@dataclass(frozen=True)
class Folders:
    """The files and folders of one embedded server."""

    data: Path

    @property
    def cluster(self) -> Path:
        return self.data / "pgdata"

    @property
    def log(self) -> Path:
        return self.data / "postgresql.log"

    @property
    def lock(self) -> Path:
        return self.data / "keeper.lock"

    @property
    def sockets(self) -> Path:
        """The real folder of the sockets: `run` in the data folder is a link where the path is too long."""
        return (self.data / "run").resolve()

    @property
    def control(self) -> Path:
        return self.sockets / "keeper"

    def make(self) -> None:
        """Make what is missing, for the owner alone; parents that exist are left as they are."""
        self.data.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        if stat.S_IMODE(self.data.stat().st_mode) != OWNER_ONLY:
            self.data.chmod(OWNER_ONLY)
        run = self.data / "run"
        if len(os.fsencode(run.absolute())) > LONGEST_SOCKET_FOLDER:
            _link(run, _short_folder(self.data))
        else:
            run.mkdir(exist_ok=True, mode=OWNER_ONLY)


def _link(run: Path, target: Path) -> None:
    # A link that exists keeps its target: processes with another TMPDIR must find the same socket.
    if not run.is_symlink():
        run.symlink_to(target)
    _make_private(run.readlink())


def _short_folder(data: Path) -> Path:
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    name = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    return base / f"yishe-{name}"


def _make_private(folder: Path) -> None:
    # Whoever may write to the temporary folder could have made this one first and read our connections.
    folder.mkdir(exist_ok=True, mode=OWNER_ONLY)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) & 0o077 == 0
    if not private or (os.geteuid() != 0 and found.st_uid != os.geteuid()):
        raise UnsafeFolderError(f"{folder} must be a folder that only this user may enter")
