"""The SQL of the migrations, kept between runs for as long as none of their sources changes."""

import asyncio
import fcntl
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

Statements = list[tuple[str, list[str]]]
STORAGE = Path(__file__).parents[2] / "storage"


class MigrationCache:
    """Answers like `migration_sql.statements`, from a file where it can; workers of one run wait for each other."""

    def __init__(self, folder: Path, work_out: Callable[..., Awaitable[Statements]]) -> None:
        self._folder = folder
        self._work_out = work_out
        self._sources = _fingerprint()

    async def statements(self, config: dict[str, Any], wanted: Iterable[str]) -> Statements:
        """The statements of the named migrations, in order."""
        names = sorted(wanted)
        key = hashlib.sha256(json.dumps([self._sources, names]).encode()).hexdigest()[:32]
        file = self._folder / f"{key}.json"
        with (self._folder / "lock").open("w") as lock:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            if not file.exists():
                found = await self._work_out(config, names)
                file.write_text(json.dumps(found), encoding="utf-8")
        return [(name, sql) for name, sql in json.loads(file.read_text(encoding="utf-8"))]


def _fingerprint() -> str:
    """Changes with a migration, with the models, and with what translates them: a migration imports nothing else."""
    digest = hashlib.sha256(version("tortoise-orm").encode())
    sources = [*STORAGE.glob("migrations/*.py"), *STORAGE.glob("models/*.py"), STORAGE / "migration_sql.py"]
    for path in sorted(sources):
        digest.update(path.relative_to(STORAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
