"""Lists of devices: searched by every field, narrowed, sorted, part by part; and what they can be narrowed by."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.access.devices import PLACE, RECORD, SOURCE, DeviceRecord
from storage.database import Database
from storage.directory import Viewer
from storage.paging import Listing, Order, Page, Sort, Where

MOST_CHOICES = 200
SORTS = {
    "number": Sort("d.number"),
    "name": Sort("d.name"),
    "type": Sort("d.type"),
    "maker": Sort("d.maker"),
    "department": Sort("o.name"),
    "status": Sort("d.status"),
    "installed_on": Sort("d.installed_on", "date"),
    "price": Sort("d.price", "numeric"),
}
DEVICES = Listing(RECORD, SOURCE, "d.id", SORTS)
EVERY_FIELD = """concat_ws(' ', d.number, d.name, d.maker, d.brand, d.model, d.serial, d.udi, d.location,
    d.licence_number, d.category, d.ladder_type, d.asset_number, d.supplier, d.service_vendor, d.service_phone,
    d.remarks, d.price, d.installed_on, d.made_on, d.purchased_on, d.reported_on, d.warranty_until, d.retired_on,
    o.name, hospital.name)"""


@dataclass(frozen=True)
class Wanted:
    """Which devices: with these words, of these kinds, at a unit (and below it). None: any."""

    words: str = ""
    type: str | None = None
    status: str | None = None
    category: str | None = None
    maker: str | None = None
    unit: int | None = None
    ids: Sequence[int] | None = None


@dataclass(frozen=True)
class UnitChoice:
    """An organisation to choose. `path`: below means begins with."""

    id: int
    name: str
    kind: str
    path: str


def _where(viewer: Viewer, wanted: Wanted) -> Where:
    below = "starts_with(o.path, (SELECT u.path FROM organisation u WHERE u.id = {}))"
    return (
        Where("o.path LIKE ANY($1::text[])", [viewer.paths])
        .also_if("d.type = {}", wanted.type)
        .also_if("d.status = {}", wanted.status)
        .also_if("d.category = {}", wanted.category)
        .also_if("d.maker = {}", wanted.maker)
        .also_if(below, wanted.unit)
        .also_if("d.id = ANY({}::bigint[])", None if wanted.ids is None else list(wanted.ids))
        .also_words(EVERY_FIELD, wanted.words)
    )


async def listed(db: Database, viewer: Viewer, wanted: Wanted, order: Order) -> Page[DeviceRecord]:
    """A part of the devices in scope; raises `DatabaseAway`."""
    found = await DEVICES.page(db, _where(viewer, wanted), order)
    return found.of(lambda row: DeviceRecord(**row))


async def makers(db: Database, viewer: Viewer) -> Sequence[str]:
    """The makers of the devices in scope."""
    rows = await db.fetch(
        f"SELECT DISTINCT d.maker FROM device d {PLACE} WHERE o.path LIKE ANY($1::text[]) ORDER BY 1 LIMIT $2",
        viewer.paths,
        MOST_CHOICES,
    )
    return [row["maker"] for row in rows]


async def units(db: Database, viewer: Viewer) -> Sequence[UnitChoice]:
    """The organisations in scope that have devices, or have them below: departments only of one hospital."""
    rows = await db.fetch(
        "SELECT u.id, u.name, u.kind, u.path FROM organisation u WHERE u.path LIKE ANY($1::text[]) AND EXISTS "
        "(SELECT 1 FROM device d JOIN organisation o ON o.id = d.organisation_id WHERE starts_with(o.path, u.path)) "
        "ORDER BY u.path LIMIT 1000",
        viewer.paths,
    )
    found = [UnitChoice(**dict(row)) for row in rows]
    hospitals = [unit for unit in found if unit.kind != "department"]
    return (found if len(hospitals) <= 1 else hospitals)[:MOST_CHOICES]
