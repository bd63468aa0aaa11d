"""Files, named by what they contain. On a folder or shared mount; other stores take the same interface.

A content is written, and forgotten, while its row is locked, so that nobody forgets what somebody else keeps
at the same moment.
"""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from storage.clock import Clock
from storage.database import Connection, Database

UNUSED_KEPT = timedelta(hours=24)
KEEP = """
INSERT INTO stored_file (sha256, size, media_type, stored_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (sha256) DO UPDATE SET stored_at = excluded.stored_at
"""
# Whatever table points to files, also one that is made later.
POINTERS = """
SELECT c.conrelid::regclass::text AS name, a.attname AS field FROM pg_constraint c
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.contype = 'f' AND c.confrelid = 'stored_file'::regclass
"""


class Files(Protocol):
    """Keeps and returns contents."""

    async def put(self, content: bytes, media_type: str) -> str:
        """Keep a content for a day at least; its SHA-256 in hex. The same content again begins a new day."""
        ...

    async def get(self, sha256: str) -> bytes:
        """The content; raises FileNotFoundError."""
        ...

    async def hold(self, names: Sequence[str]) -> set[str]:
        """Keep these for another day; those that are still there."""
        ...

    async def set_thumbnail(self, sha256: str, thumbnail: str) -> None:
        """Note which content is the small picture of another."""
        ...

    async def sweep(self) -> int:
        """Forget contents that nothing has pointed to for a day; how many were forgotten."""
        ...


class NotWritten(Exception):
    """The folder did not take a content."""

    def __init__(self, cause: OSError) -> None:
        self.cause = cause
        super().__init__(str(cause))


class FolderFiles:
    """Contents in a folder, two levels deep; written aside and renamed, so that none is ever half there."""

    def __init__(self, folder: Path, db: Database, real: Clock) -> None:
        self._folder = folder
        self._db = db
        self._real = real

    async def put(self, content: bytes, media_type: str) -> str:
        name = hashlib.sha256(content).hexdigest()
        try:
            async with self._db.transaction() as connection:
                await connection.execute(KEEP, name, len(content), media_type, self._real.now())
                await self._written(name, content)
        except NotWritten as error:
            raise error.cause from None
        return name

    async def get(self, sha256: str) -> bytes:
        return await asyncio.to_thread(self._path(sha256).read_bytes)

    async def hold(self, names: Sequence[str]) -> set[str]:
        rows = await self._db.fetch(
            "UPDATE stored_file SET stored_at = $2 WHERE sha256 = ANY($1) RETURNING sha256",
            list(names),
            self._real.now(),
        )
        return {row["sha256"] for row in rows}

    async def set_thumbnail(self, sha256: str, thumbnail: str) -> None:
        await self._db.execute("UPDATE stored_file SET thumbnail = $2 WHERE sha256 = $1", sha256, thumbnail)

    async def sweep(self) -> int:
        forgotten = 0
        unused = await self._unused()
        before = self._real.now() - UNUSED_KEPT
        for name in await self._names(unused, before):
            forgotten += await self._forget(name, unused, before)
        return forgotten

    async def _unused(self) -> str:
        """The condition that nothing points to the file `f`."""
        pointers = await self._db.fetch(POINTERS)
        tables = [
            f"NOT EXISTS (SELECT 1 FROM {p['name']} x WHERE x.{p['field']} = f.sha256)" for p in pointers
        ]
        return " AND ".join(
            [*tables, "NOT EXISTS (SELECT 1 FROM stored_file x WHERE x.thumbnail = f.sha256)"]
        )

    async def _names(self, unused: str, before: datetime) -> list[str]:
        rows = await self._db.fetch(
            f"SELECT sha256 FROM stored_file f WHERE stored_at < $1 AND {unused} LIMIT 1000", before
        )
        return [row["sha256"] for row in rows]

    async def _forget(self, name: str, unused: str, before: datetime) -> bool:
        async with self._db.transaction() as connection:
            if not await _locked(connection, name, unused, before):
                return False
            await connection.execute("DELETE FROM stored_file WHERE sha256 = $1", name)
            # Before the commit: whoever keeps the same content waits for it, and then writes it anew.
            await asyncio.to_thread(self._path(name).unlink, missing_ok=True)
        return True

    async def _written(self, name: str, content: bytes) -> None:
        """Raises `NotWritten`, since an OSError inside a transaction would be taken for the database's."""
        try:
            await asyncio.to_thread(self._write, name, content)
        except OSError as error:
            raise NotWritten(error) from None

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _write(self, name: str, content: bytes) -> None:
        path = self._path(name)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as aside:
            try:
                aside.write(content)
                aside.flush()
                os.fsync(aside.fileno())
            except BaseException:
                Path(aside.name).unlink()
                raise
        Path(aside.name).replace(path)


async def _locked(connection: Connection, name: str, unused: str, before: datetime) -> bool:
    """Take the row, then look again: nobody can begin to point to it any more. False if it is in use after all.

    Two statements: the second one sees what was committed while the first one waited.
    """
    taken = await connection.fetchval(
        "SELECT 1 FROM stored_file WHERE sha256 = $1 FOR UPDATE SKIP LOCKED", name
    )
    if taken is None:
        return False
    return bool(
        await connection.fetchval(
            f"SELECT 1 FROM stored_file f WHERE sha256 = $1 AND stored_at < $2 AND {unused}", name, before
        )
    )
