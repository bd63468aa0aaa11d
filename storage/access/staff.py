"""People as their administrators see them: the list, and one of them with posts and ways to be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.access import NotVisible
from storage.contact_points import NEAREST
from storage.database import Database
from storage.directory import Viewer
from storage.paging import Listing, Order, Page, Sort, Where
from storage.person_writer import POST, PostRow
from storage.reach import contact_works


@dataclass(frozen=True)
class StaffLine:
    """Somebody in the list. `roles` are held now; `ways` counts the contact points that work."""

    id: int
    name: str
    title: str
    organisation: str
    hospital: str
    staff_number: str
    username: str
    phone: str
    active: bool
    roles: Sequence[str]
    ways: int


@dataclass(frozen=True)
class Wanted:
    """Whom a list shows. None: any. `lacks`: `way` (cannot be told) or `sign_in`; `at` is business time."""

    at: datetime
    words: str = ""
    role: str | None = None
    unit: int | None = None
    active: bool | None = None
    lacks: str | None = None


@dataclass(frozen=True)
class Way:
    """A way to be reached. `works`: its account is in use."""

    id: int
    channel: str
    account: str
    address: str
    works: bool


@dataclass(frozen=True)
class StaffRecord:
    """Somebody with everything that their administrators see to. Real times, but for those of posts."""

    id: int
    organisation_id: int
    organisation: str
    path: str
    hospital: str
    name: str
    title: str
    username: str | None
    staff_number: str | None
    phone: str
    language: str | None
    active: bool
    left_at: datetime | None
    locked_until: datetime | None
    has_password: bool
    version: int
    posts: Sequence[PostRow]
    ways: Sequence[Way]
    blocked: Sequence[tuple[str, datetime]] = ()
    """Accounts that the person has blocked, and since when."""


HOSPITAL = """
LEFT JOIN LATERAL (
  SELECT h.name FROM organisation h
   WHERE h.kind = 'hospital' AND h.id = ANY(string_to_array(rtrim(o.path, '.'), '.')::bigint[])
   ORDER BY length(h.path) DESC LIMIT 1) hospital ON true
"""
WORKING = f"""
SELECT count(*) FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id
 WHERE cp.person_id = p.id AND {contact_works("cp", "a", "($2::timestamptz - interval '7 days')")}
"""
HELD = "post.person_id = p.id AND post.starts_at <= $2 AND (post.ends_at IS NULL OR post.ends_at > $2)"
LINE = f"""
p.id, p.name, p.title, o.name AS organisation, coalesce(hospital.name, o.name) AS hospital,
coalesce(p.staff_number, '') AS staff_number, coalesce(p.username, '') AS username, p.phone, p.active,
ARRAY(SELECT DISTINCT post.role FROM post WHERE {HELD} ORDER BY post.role) AS roles, ({WORKING}) AS ways
"""
SOURCE = f"person p JOIN organisation o ON o.id = p.organisation_id {HOSPITAL}"
SORTS = {
    "name": Sort("p.name"),
    "organisation": Sort("o.name"),
    "number": Sort("p.staff_number"),
    "username": Sort("p.username"),
}
MOST_COUNTED = 1000
LEAN = "person p JOIN organisation o ON o.id = p.organisation_id"
PEOPLE = Listing(LINE, SOURCE, "p.id", SORTS, MOST_COUNTED, lean=LEAN)
LACKS = {"way": f"p.active AND ({WORKING}) = 0", "sign_in": "p.active AND p.username IS NULL"}
RECORD = f"""
SELECT p.id, p.organisation_id, o.name AS organisation, o.path, coalesce(hospital.name, o.name) AS hospital, p.name,
       p.title, p.username, p.staff_number, p.phone, p.language, p.active, p.left_at, p.locked_until,
       p.password_hash IS NOT NULL AS has_password, p.version
  FROM {SOURCE} WHERE o.path LIKE ANY($1::text[]) AND p.id = $2
"""
WAYS = """
SELECT cp.id, a.kind AS channel, a.name AS account, cp.address, a.active AS works
  FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id
 WHERE cp.person_id = $1 AND cp.ended_at IS NULL ORDER BY cp.rank, cp.id
"""
BLOCKED = """
SELECT a.name, cp.blocked_at FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id
 WHERE cp.person_id = $1 AND cp.ended_at = cp.blocked_at ORDER BY cp.rank, cp.id
"""


def _where(viewer: Viewer, role: str, wanted: Wanted) -> Where:
    below = "starts_with(o.path, (SELECT u.path FROM organisation u WHERE u.id = {}))"
    held = f"EXISTS (SELECT 1 FROM post WHERE {HELD} AND post.role = {{}})"
    # The instant stands first, since the columns speak of it as well.
    where = Where(
        "o.path LIKE ANY($1::text[]) AND $2::timestamptz IS NOT NULL", [viewer.paths_of(role), wanted.at]
    )
    where = (
        where.also_if(held, wanted.role)
        .also_if(below, wanted.unit)
        .also_if("p.active = {}", wanted.active)
        .also_words(
            "concat_ws(' ', p.name, p.title, p.username, p.staff_number, p.phone, o.name)", wanted.words
        )
    )
    return where.also(LACKS[wanted.lacks]) if wanted.lacks else where


async def listed(db: Database, viewer: Viewer, role: str, wanted: Wanted, order: Order) -> Page[StaffLine]:
    """A part of the people of the organisations that the viewer administers; raises `DatabaseAway`."""
    found = await PEOPLE.page(db, _where(viewer, role, wanted), order)
    return found.of(lambda row: StaffLine(**row))


async def record(db: Database, viewer: Viewer, role: str, person_id: int) -> StaffRecord:
    """Somebody whose organisation the viewer administers; raises `NotVisible`."""
    row = await db.fetchrow(RECORD, viewer.paths_of(role), person_id)
    if row is None:
        raise NotVisible
    ways, blocked = await db.fetch(WAYS, person_id), await db.fetch(BLOCKED, person_id)
    posts = await db.fetch(
        f"{POST} WHERE post.person_id = $1 ORDER BY post.ends_at IS NOT NULL, post.ends_at DESC, post.id",
        person_id,
    )
    return StaffRecord(
        **dict(row),
        posts=[PostRow(**dict(post)) for post in posts],
        ways=[Way(**dict(way)) for way in ways],
        blocked=[(row["name"], row["blocked_at"]) for row in blocked],
    )


async def ways_offered(db: Database, viewer: Viewer, role: str, person_id: int) -> Sequence[tuple[str, str]]:
    """Kind and name of the accounts at which the person can be reached: of each kind the nearest one upward.

    The furthest of them comes first.
    """
    known = await record(db, viewer, role, person_id)
    rows = sorted(await db.fetch(NEAREST, known.path), key=lambda row: int(row["depth"]))
    return [(row["kind"], row["name"]) for row in rows]
