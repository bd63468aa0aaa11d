"""Photos and documents of devices, for those in whose scope the device lies; contracts for fewer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.access import NotVisible, devices
from storage.access.files import FileRef
from storage.database import Database
from storage.directory import Viewer
from storage.together import Column, Part

PRIVATE = ("contract", "other")


@dataclass(frozen=True)
class DeviceFile:
    """A file of a device's record. `size` in bytes."""

    id: int
    kind: str
    name: str
    public_key: str
    media_type: str
    size: int
    added_by: str
    added_at: datetime

    @property
    def is_picture(self) -> bool:
        return self.media_type == "image/jpeg"


# $1 path patterns of all grants, $2 those under which contracts are shown as well.
IN_SCOPE = """
  FROM device_file x JOIN stored_file f ON f.sha256 = x.file_id JOIN device d ON d.id = x.device_id
  JOIN organisation o ON o.id = d.organisation_id JOIN person p ON p.id = x.added_by_id
 WHERE x.removed_at IS NULL AND o.path LIKE ANY($1::text[])
   AND (o.path LIKE ANY($2::text[]) OR x.kind <> ALL($3::text[]))
"""

LISTED = f"""
SELECT x.id, x.kind, x.name, x.public_key, f.media_type, f.size, p.name AS added_by, x.added_at
{IN_SCOPE} AND d.id = $4 ORDER BY x.id DESC
"""


def _scope(viewer: Viewer, roles: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    return viewer.paths, viewer.paths_of(*roles), list(PRIVATE)


async def listed(db: Database, viewer: Viewer, device_id: int, roles: Iterable[str]) -> Sequence[DeviceFile]:
    """The files of a device, the newest first; contracts for holders of `roles` alone. Raises `NotVisible`."""
    await devices.record(db, viewer, device_id)
    part = listed_part(viewer, device_id, roles)
    return [DeviceFile(**dict(row)) for row in await db.fetch(part.sql, *part.values)]


def listed_part(viewer: Viewer, device_id: int | Column, roles: Iterable[str]) -> Part:
    """The same as a part of a larger statement."""
    return Part(LISTED, [*_scope(viewer, roles), device_id])


async def file(db: Database, viewer: Viewer, public_key: str, roles: Iterable[str]) -> FileRef:
    """The content behind a key; raises `NotVisible`."""
    row = await db.fetchrow(
        f"SELECT f.sha256, f.media_type, x.name, f.thumbnail {IN_SCOPE} AND x.public_key = $4",
        *_scope(viewer, roles),
        public_key,
    )
    if row is None:
        raise NotVisible
    return FileRef(**dict(row))
