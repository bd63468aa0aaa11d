"""Devices: the public minimum behind a QR code, and the record for those in whose scope it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from storage.access import NotVisible
from storage.access.open_faults import device_stopped
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
    status: str
    organisation_id: int
    department_name: str
    hospital_name: str


@dataclass(frozen=True)
class DeviceRecord(PublicDevice):
    """A device as those in scope see it. `path` is its organisation's; `token` that of its valid label.

    `stopped`: an open fault stops it.
    """

    type: str
    serial: str
    udi: str | None
    licence_number: str | None
    installed_on: date | None
    retired_on: date | None
    category: str
    brand: str
    ladder_type: str
    asset_number: str
    made_on: date | None
    purchased_on: date | None
    reported_on: date | None
    warranty_until: date | None
    price: Decimal | None
    supplier: str
    service_vendor: str
    service_phone: str
    remarks: str
    version: int
    path: str
    token: str | None
    generation: int | None
    stopped: bool


# The hospital is one of the organisations that the path names: found by id, however many there are.
PLACE = """
 JOIN organisation o ON o.id = d.organisation_id
 LEFT JOIN LATERAL (
   SELECT h.id, h.name FROM organisation h
    WHERE h.kind = 'hospital' AND h.id = ANY (string_to_array(rtrim(o.path, '.'), '.')::bigint[]) LIMIT 1
 ) hospital ON true
"""
PUBLIC = """d.id, d.name, d.number, d.maker, d.model, d.location, d.status, d.organisation_id,
       o.name AS department_name, coalesce(hospital.name, o.name) AS hospital_name"""
RECORD = f"""{PUBLIC}, d.type, d.serial, d.udi, d.licence_number, d.installed_on, d.retired_on, d.category, d.brand,
       d.ladder_type, d.asset_number, d.made_on, d.purchased_on, d.reported_on, d.warranty_until, d.price,
       d.supplier, d.service_vendor, d.service_phone, d.remarks, d.version, o.path, label.token, label.generation,
       {device_stopped("d.id")} AS stopped"""
SOURCE = f"""device d {PLACE}
 LEFT JOIN LATERAL (
   SELECT l.token, l.generation FROM device_label l WHERE l.device_id = d.id AND l.revoked_at IS NULL
    ORDER BY l.generation DESC LIMIT 1
 ) label ON true"""
OF_LABEL = "(SELECT device_id FROM device_label WHERE token = $2 AND revoked_at IS NULL)"
IN_SCOPE = f"SELECT {RECORD} FROM {SOURCE} WHERE o.path LIKE ANY($1::text[])"


async def by_label(db: Database, token: str) -> PublicDevice:
    """The device behind a label that was not revoked, for anybody; raises `NotVisible`."""
    row = await db.fetchrow(
        f"SELECT {PUBLIC} FROM device_label l JOIN device d ON d.id = l.device_id {PLACE} "
        "WHERE l.token = $1 AND l.revoked_at IS NULL",
        token,
    )
    if row is None:
        raise NotVisible
    return PublicDevice(**dict(row))


async def was_replaced(db: Database, token: str) -> bool:
    """Is it a label of ours that a newer one has taken the place of? For anybody who holds it."""
    row = await db.fetchrow("SELECT 1 FROM device_label WHERE token = $1 AND revoked_at IS NOT NULL", token)
    return row is not None


async def record(db: Database, viewer: Viewer, device_id: int) -> DeviceRecord:
    """The record of a device; raises `NotVisible`."""
    row = await db.fetchrow(f"{IN_SCOPE} AND d.id = $2", viewer.paths, device_id)
    if row is None:
        raise NotVisible
    return DeviceRecord(**dict(row))


async def by_number(db: Database, viewer: Viewer, number: str) -> DeviceRecord:
    """The device with that number, upper or lower case; raises `NotVisible`."""
    row = await db.fetchrow(f"{IN_SCOPE} AND upper(d.number) = upper($2)", viewer.paths, number)
    if row is None:
        raise NotVisible
    return DeviceRecord(**dict(row))


async def chosen(db: Database, viewer: Viewer, ids: Sequence[int]) -> Sequence[DeviceRecord]:
    """Those of the devices that lie in scope, by number."""
    rows = await db.fetch(f"{IN_SCOPE} AND d.id = ANY($2) ORDER BY d.number", viewer.paths, list(ids))
    return [DeviceRecord(**dict(row)) for row in rows]
