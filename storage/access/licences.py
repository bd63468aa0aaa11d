"""Licences: what anybody may verify, what comes due in the viewer's scope, and where one may be registered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from storage.access import NotVisible
from storage.access.cases import VISIBLE
from storage.database import Database
from storage.directory import Viewer
from storage.paging import Listing, Order, Page, Sort, Where

Limits = tuple[date, date]
"""The first and the last limit day of a stage."""


@dataclass(frozen=True)
class PublicLicence:
    """What a licence says to anybody who holds it in hand. `number` is its case's."""

    number: str
    licence_number: str
    unit_name: str
    device_name: str
    ladder_type: str
    issuing_authority: str
    issued_on: date
    state: str


@dataclass(frozen=True)
class LicenceLine:
    """A licence in a list."""

    number: str
    licence_number: str
    unit_name: str
    device_name: str
    state: str
    limit_on: date
    planned_on: date | None
    city: str


@dataclass(frozen=True)
class Code:
    """What stands beside the QR code of a licence, and the key in it."""

    public_key: str
    licence_number: str
    device_name: str
    unit_name: str
    issuing_authority: str


@dataclass(frozen=True)
class Unit:
    """A hospital, with its unified social credit code."""

    id: int
    name: str
    code: str | None


@dataclass(frozen=True)
class City:
    """A city with the number of its licences."""

    id: int
    name: str
    count: int


@dataclass(frozen=True)
class Wanted:
    """Which licences: of one city, with these words, and those that are over as well."""

    city: int | None = None
    words: str = ""
    over_too: bool = False


SOURCE = """licence l JOIN work_case c ON c.id = l.case_id JOIN organisation o ON o.id = c.organisation_id
  LEFT JOIN (SELECT place.id AS place_id, top.id, top.name FROM organisation top
               JOIN organisation place ON top.kind = 'city' AND starts_with(place.path, top.path)) city
         ON city.place_id = o.id"""
SCOPE = """o.path LIKE ANY($1::text[]) AND (c.closed_at IS NULL OR $2)
   AND strpos(lower(concat_ws(' ', l.licence_number, l.unit_name, l.device_name, c.number)), $3) > 0"""
FROM = f"FROM {SOURCE} WHERE {SCOPE}"
OF_CITY = "AND ($4::bigint IS NULL OR city.id = $4)"
# The nearest limit first; what is over has no limit any more, and comes last.
SORTS = {"limit": Sort("CASE WHEN c.closed_at IS NULL THEN l.limit_on END", "date")}
LICENCES = Listing(
    "c.number, l.licence_number, l.unit_name, l.device_name, c.state, l.limit_on, l.planned_on, "
    "coalesce(city.name, '') AS city",
    SOURCE,
    "c.id",
    SORTS,
)
COUNTS = f"""
SELECT stage.name, count(*) FROM (SELECT l.limit_on {FROM} {OF_CITY} AND c.closed_at IS NULL) due
  JOIN unnest($5::text[], $6::date[], $7::date[]) AS stage(name, first, last)
    ON due.limit_on BETWEEN stage.first AND stage.last
 GROUP BY stage.name
"""
CITIES = f"""
SELECT city.id, city.name, count(*) {FROM} AND city.id IS NOT NULL GROUP BY city.id, city.name ORDER BY city.id
"""
UNITS = """
SELECT id, name, code FROM organisation WHERE kind = 'hospital' AND path LIKE ANY($1::text[]) ORDER BY id
"""


def _scope(viewer: Viewer, wanted: Wanted) -> tuple[list[str], bool, str]:
    return viewer.paths, wanted.over_too, wanted.words.lower()


async def public(db: Database, key: str) -> PublicLicence:
    """The licence whose QR code holds this key, for anybody; raises `NotVisible`."""
    row = await db.fetchrow(
        "SELECT c.number, l.licence_number, l.unit_name, l.device_name, l.ladder_type, l.issuing_authority, "
        "l.issued_on, c.state FROM licence l JOIN work_case c ON c.id = l.case_id WHERE l.public_key = $1",
        key,
    )
    if row is None:
        raise NotVisible
    return PublicLicence(**dict(row))


async def code(db: Database, viewer: Viewer, number: str) -> Code:
    """The QR code of a licence in scope, by its case's number; raises `NotVisible`."""
    row = await db.fetchrow(
        "SELECT l.public_key, l.licence_number, l.device_name, l.unit_name, l.issuing_authority FROM licence l "
        "JOIN work_case c ON c.id = l.case_id JOIN organisation o ON o.id = c.organisation_id "
        f"WHERE {VISIBLE} AND c.number = $4",
        viewer.person_id,
        viewer.participant_id,
        viewer.paths,
        number,
    )
    if row is None:
        raise NotVisible
    return Code(**dict(row))


async def lines(
    db: Database, viewer: Viewer, wanted: Wanted, limits: Limits | None, order: Order
) -> Page[LicenceLine]:
    """A part of the licences in scope; with `limits`, only open ones whose limit lies within."""
    where = Where(SCOPE, _scope(viewer, wanted)).also_if("city.id = {}", wanted.city)
    if limits is not None:
        where = where.also("c.closed_at IS NULL AND l.limit_on BETWEEN {} AND {}", *limits)
    return (await LICENCES.page(db, where, order)).of(lambda row: LicenceLine(**row))


async def counts(
    db: Database, viewer: Viewer, wanted: Wanted, stages: Mapping[str, Limits]
) -> Mapping[str, int]:
    """How many open licences in scope have their limit within each stage."""
    firsts, lasts = [first for first, _ in stages.values()], [last for _, last in stages.values()]
    rows = await db.fetch(COUNTS, *_scope(viewer, wanted), wanted.city, list(stages), firsts, lasts)
    found = {row["name"]: row["count"] for row in rows}
    return {name: found.get(name, 0) for name in stages}


async def total(db: Database, viewer: Viewer, wanted: Wanted) -> int:
    """How many licences in scope there are, of whatever colour."""
    row = await db.fetchrow(f"SELECT count(*) {FROM} {OF_CITY}", *_scope(viewer, wanted), wanted.city)
    return int(row[0]) if row else 0


async def cities(db: Database, viewer: Viewer, wanted: Wanted) -> Sequence[City]:
    """The cities of the licences in scope, whichever is chosen."""
    return [City(**dict(row)) for row in await db.fetch(CITIES, *_scope(viewer, wanted))]


async def units(db: Database, viewer: Viewer, roles: Iterable[str]) -> Sequence[Unit]:
    """The hospitals for which the viewer holds one of the roles."""
    return [Unit(**dict(row)) for row in await db.fetch(UNITS, viewer.paths_of(*roles))]
