"""Devices: the public minimum behind a QR code, and the record for those in whose scope it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer


@dataclass(frozen=True)
class PublicDevice:
    """The minimum that a valid label shows to anybody."""

    id: int
    name: str
    number: str
    maker: str
    model: str
    location: str
    organisation_id: int
    department_name: str
    hospital_name: str


@dataclass(frozen=True)
class DeviceRecord(PublicDevice):
    """A device as those in scope see it. `path` is its organisation's; `token` that of its valid label."""

    type: str
    serial: str
    udi: str | None
    status: str
    licence_number: str | None
    installed_on: date | None
    path: str
    token: str | None


PUBLIC = """
SELECT d.id, d.name, d.number, d.maker, d.model, d.location, d.organisation_id, o.name AS department_name,
       coalesce((SELECT h.name FROM organisation h
                  WHERE h.kind = 'hospital' AND starts_with(o.path, h.path)), o.name) AS hospital_name
"""
RECORD = f"""{PUBLIC}, d.type, d.serial, d.udi, d.status, d.licence_number, d.installed_on, o.path,
       (SELECT l.token FROM device_label l WHERE l.device_id = d.id AND l.revoked_at IS NULL
         ORDER BY l.generation DESC LIMIT 1) AS token
  FROM device d JOIN organisation o ON o.id = d.organisation_id
 WHERE o.path LIKE ANY($1::text[])
"""


async def by_label(db: Database, token: str) -> PublicDevice:
    """The device behind a label that was not revoked, for anybody; raises `NotVisible`."""
    row = await db.fetchrow(
        f"{PUBLIC} FROM device_label l JOIN device d ON d.id = l.device_id "
        "JOIN organisation o ON o.id = d.organisation_id WHERE l.token = $1 AND l.revoked_at IS NULL",
        token,
    )
    if row is None:
        raise NotVisible
    return PublicDevice(**dict(row))


async def record(db: Database, viewer: Viewer, device_id: int) -> DeviceRecord:
    """The record of a device; raises `NotVisible`."""
    row = await db.fetchrow(f"{RECORD} AND d.id = $2", viewer.paths, device_id)
    if row is None:
        raise NotVisible
    return DeviceRecord(**dict(row))


async def by_number(db: Database, viewer: Viewer, number: str) -> DeviceRecord:
    """The device with that number, upper or lower case; raises `NotVisible`."""
    row = await db.fetchrow(f"{RECORD} AND upper(d.number) = upper($2)", viewer.paths, number)
    if row is None:
        raise NotVisible
    return DeviceRecord(**dict(row))


async def all_in_scope(
    db: Database, viewer: Viewer, *, words: str = "", limit: int = 100
) -> Sequence[DeviceRecord]:
    """Devices in scope by number, optionally those whose number, name, maker, model or place hold `words`."""
    rows = await db.fetch(
        f"{RECORD} AND strpos(lower(concat_ws(' ', d.number, d.name, d.maker, d.model, d.location, o.name)), "
        "lower($2)) > 0 ORDER BY d.number LIMIT $3",
        viewer.paths,
        words,
        limit,
    )
    return [DeviceRecord(**dict(row)) for row in rows]
