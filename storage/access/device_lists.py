"""Lists of devices: searched by every field, narrowed, sorted, part by part; and what they can be narrowed by."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.access.devices import RECORD, SOURCE, DeviceRecord
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
MOST_COUNTED = 1000
LEAN = "device d JOIN organisation o ON o.id = d.organisation_id"
DEVICES = Listing(RECORD, SOURCE, "d.id", SORTS, MOST_COUNTED, lean=LEAN)
EVERY_FIELD = """concat_ws(' ', d.number, d.name, d.maker, d.brand, d.model, d.serial, d.udi, d.location,
    d.licence_number, d.category, d.ladder_type, d.asset_number, d.supplier, d.service_vendor, d.service_phone,
    d.remarks, d.price, d.installed_on, d.made_on, d.purchased_on, d.reported_on, d.warranty_until, d.retired_on)"""
# The names of hospital and department are looked through once for each of them, and not for each of their devices.
WORD = f"""strpos(lower({EVERY_FIELD}), {{0}}) > 0 OR d.organisation_id = ANY(ARRAY(
  SELECT place.id FROM organisation place
    LEFT JOIN organisation h ON h.kind = 'hospital' AND starts_with(place.path, h.path)
   WHERE strpos(lower(concat_ws(' ', place.name, h.name)), {{0}}) > 0))"""
IN_SCOPE = "d.organisation_id = ANY(ARRAY(SELECT u.id FROM organisation u WHERE u.path LIKE ANY($1::text[])))"
# Each organisation that has a device, found by one look into the index, and those above it by its path.
UNITS = """
WITH holding AS MATERIALIZED (
  SELECT o.path FROM organisation o CROSS JOIN LATERAL (
    SELECT d.id FROM device d WHERE d.organisation_id = o.id LIMIT 1) any_device
   WHERE o.path LIKE ANY($1::text[]))
SELECT u.id, u.name, u.kind, u.path FROM organisation u
 WHERE u.path LIKE ANY($1::text[])
   AND u.id IN (SELECT unnest(string_to_array(rtrim(path, '.'), '.')::bigint[]) FROM holding)
 ORDER BY u.path LIMIT 1000
"""


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
    where = (
        Where(IN_SCOPE, [viewer.paths])
        .also_if("d.type = {}", wanted.type)
        .also_if("d.status = {}", wanted.status)
        .also_if("d.category = {}", wanted.category)
        .also_if("d.maker = {}", wanted.maker)
        .also_if(below, wanted.unit)
        .also_if("d.id = ANY({}::bigint[])", None if wanted.ids is None else list(wanted.ids))
    )
    for word in wanted.words.lower().split():
        where = where.also(WORD, word)
    return where


async def listed(db: Database, viewer: Viewer, wanted: Wanted, order: Order) -> Page[DeviceRecord]:
    """A part of the devices in scope; raises `DatabaseAway`."""
    found = await DEVICES.page(db, _where(viewer, wanted), order)
    return found.of(lambda row: DeviceRecord(**row))


async def makers(db: Database, viewer: Viewer) -> Sequence[str]:
    """The makers of the devices in scope."""
    rows = await db.fetch(
        f"SELECT DISTINCT d.maker FROM device d WHERE {IN_SCOPE} ORDER BY 1 LIMIT $2",
        viewer.paths,
        MOST_CHOICES,
    )
    return [row["maker"] for row in rows]


async def units(db: Database, viewer: Viewer) -> Sequence[UnitChoice]:
    """The organisations in scope that have devices, or have them below: departments only of one hospital."""
    rows = await db.fetch(UNITS, viewer.paths)
    found = [UnitChoice(**dict(row)) for row in rows]
    hospitals = [unit for unit in found if unit.kind != "department"]
    return (found if len(hospitals) <= 1 else hospitals)[:MOST_CHOICES]
