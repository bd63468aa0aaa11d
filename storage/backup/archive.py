"""What lies in an archive: a tar of the dump in parts, the files, and a manifest that says what must be there.

    database/00000 …    what pg_dump wrote (format custom), in parts of 8 MiB: its length is not known before
    files/<sha256> …    each file under its hash
    manifest.json       versions, the dump's hash, every file with its size, rows of every table

The manifest comes last, when all of it is known. Members in any other order or of another name are refused.
"""

import asyncio
import hashlib
import io
import re
import tarfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from storage.backup import BackupFailed
from storage.backup.sealed_stream import PIECE, OpeningReader, SealingWriter

FORMAT = 1
PART = 8 * 1024 * 1024
MANIFEST = "manifest.json"
LONGEST_MANIFEST = 512 * 1024 * 1024
PART_NAME = re.compile(r"database/(\d{5})")
FILE_NAME = re.compile(r"files/([0-9a-f]{64})")


class Manifest(BaseModel):
    """What an archive holds. `key_id` names the master key that opens the sealed secrets; the key is not in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int
    made_at: str
    version: str
    key_id: str
    postgresql: int
    owner: str
    migrations: list[str]
    tables: dict[str, int]
    dump_sha256: str
    dump_bytes: int
    files: dict[str, int]
    missing: list[str]
    damaged: list[str]


class ArchiveWriter:
    """Puts the members into an encrypted archive."""

    def __init__(self, sealing: SealingWriter) -> None:
        self._sealing = sealing
        self._tar = tarfile.open(fileobj=cast(BinaryIO, sealing), mode="w|", bufsize=PIECE)  # noqa: SIM115 - closed by `finish`
        self._dump = hashlib.sha256()
        self._parts = 0
        self.dump_bytes = 0

    @property
    def dump_sha256(self) -> str:
        """The hash of all parts so far."""
        return self._dump.hexdigest()

    def add_part(self, part: bytes) -> None:
        """The next part of the dump."""
        self._dump.update(part)
        self.dump_bytes += len(part)
        self._add(f"database/{self._parts:05}", part)
        self._parts += 1

    def add_file(self, name: str, content: bytes) -> None:
        """A file under its hash."""
        self._add(f"files/{name}", content)

    def finish(self, manifest: Manifest) -> None:
        """The manifest, and the end."""
        self._add(MANIFEST, manifest.model_dump_json().encode())
        self._tar.close()
        self._sealing.finish()

    def _add(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        self._tar.addfile(member, io.BytesIO(content))


@dataclass
class _Found:
    """What was found in an archive, to be held against its manifest."""

    dump: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    dump_bytes: int = 0
    files: dict[str, int] = field(default_factory=dict)

    def take_part(self, content: bytes) -> None:
        self.dump.update(content)
        self.dump_bytes += len(content)

    def take_file(self, name: str, content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != name:
            raise BackupFailed(f"the file {name} in the archive is not what it was")
        self.files[name] = len(content)

    def must_be(self, manifest: Manifest) -> None:
        """Raises `BackupFailed` unless everything is there that the manifest names, and nothing else."""
        dump = (self.dump.hexdigest(), self.dump_bytes)
        if dump != (manifest.dump_sha256, manifest.dump_bytes) or self.files != manifest.files:
            raise BackupFailed("the archive does not hold what its manifest says")


async def verify(path: Path, passphrase: str) -> Manifest:
    """Read the whole archive and hold it against its manifest. Raises `BackupFailed`, OSError."""
    found, manifest = _Found(), None
    for name, content in _members(path, passphrase):
        if name == MANIFEST:
            manifest = _manifest(content)
        elif named := FILE_NAME.fullmatch(name):
            found.take_file(named[1], content)
        else:
            found.take_part(content)
        await asyncio.sleep(0)  # lets whoever is to stop this be heard
    if manifest is None:
        raise BackupFailed("the archive has no manifest")
    found.must_be(manifest)
    return manifest


async def files_in(path: Path, passphrase: str) -> AsyncIterator[tuple[str, bytes]]:
    """The files of a verified archive, by their hash."""
    for name, content in _members(path, passphrase):
        if named := FILE_NAME.fullmatch(name):
            yield named[1], content


async def dump_in(path: Path, passphrase: str) -> AsyncIterator[bytes]:
    """The dump of a verified archive, part by part."""
    for name, content in _members(path, passphrase):
        if not PART_NAME.fullmatch(name):
            return
        yield content


def _members(path: Path, passphrase: str) -> Iterator[tuple[str, bytes]]:
    """Parts, then files, then the manifest, and after that the end, which was read as well."""
    order: list[int] = [0]
    with path.open("rb") as source:
        reader = OpeningReader(source, passphrase)
        try:
            with tarfile.open(fileobj=cast(BinaryIO, reader), mode="r|", bufsize=PIECE) as tar:
                parts = 0
                for member in tar:
                    order.append(_place(member.name, parts))
                    parts += member.name.startswith("database/")
                    content = tar.extractfile(member) if member.isreg() else None
                    if content is None or order[-1] < order[-2] or member.size > LONGEST_MANIFEST:
                        raise BackupFailed(f"the archive holds something strange: {member.name[:80]!r}")
                    yield member.name, content.read()
        except tarfile.TarError:
            raise BackupFailed("the archive is no tar inside") from None
        reader.read_to_the_end()


def _place(name: str, parts: int) -> int:
    """Where in the order a member belongs; -1 for one that does not."""
    part = PART_NAME.fullmatch(name)
    if part:
        return 1 if int(part[1]) == parts else -1
    if FILE_NAME.fullmatch(name):
        return 2
    return 3 if name == MANIFEST else -1


def _manifest(content: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError:
        raise BackupFailed("the manifest of the archive cannot be read") from None
    if manifest.format != FORMAT:
        raise BackupFailed(f"the archive has format {manifest.format}, this version reads {FORMAT}")
    return manifest
