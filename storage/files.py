"""Files, named by what they contain. On a folder or shared mount; other stores take the same interface."""

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol

from storage.clock import Clock
from storage.database import Database


class Files(Protocol):
    """Keeps and returns contents."""

    async def put(self, content: bytes, media_type: str) -> str:
        """Keep a content; its SHA-256 in hex. The same content again changes nothing."""
        ...

    async def get(self, sha256: str) -> bytes:
        """The content; raises FileNotFoundError."""
        ...


class FolderFiles:
    """Contents in a folder, two levels deep; written aside and renamed, so that none is ever half there."""

    def __init__(self, folder: Path, db: Database, real: Clock) -> None:
        self._folder = folder
        self._db = db
        self._real = real

    async def put(self, content: bytes, media_type: str) -> str:
        name = hashlib.sha256(content).hexdigest()
        await asyncio.to_thread(self._write, name, content)
        await self._db.execute(
            "INSERT INTO stored_file (sha256, size, media_type, stored_at) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT DO NOTHING",
            name,
            len(content),
            media_type,
            self._real.now(),
        )
        return name

    async def get(self, sha256: str) -> bytes:
        return await asyncio.to_thread(self._path(sha256).read_bytes)

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
