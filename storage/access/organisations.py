"""Organisations that a viewer administers: the tree, one of them, and places to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer
from storage.organisation_writer import IN_USE, InUse


@dataclass(frozen=True)
class Place:
    """An organisation to choose."""

    id: int
    parent_id: int | None
    kind: str
    name: str
    path: str


@dataclass(frozen=True)
class OrganisationLine(Place):
    """An organisation in the tree. `below` counts those under it, closed ones too; `people` who are active there."""

    code: str | None
    active: bool
    below: int
    people: int
    devices: int


@dataclass(frozen=True)
class OrganisationRecord(Place):
    """An organisation as its administrators see it; `above` are the names upward from its parent."""

    code: str | None
    address: str
    active: bool
    version: int
    parent_kind: str | None
    above: Sequence[str]


LINES = """
SELECT o.id, o.parent_id, o.kind, o.name, o.path, o.code, o.active,
       (SELECT count(*) FROM organisation b WHERE starts_with(b.path, o.path) AND b.id <> o.id) AS below,
       (SELECT count(*) FROM person p WHERE p.organisation_id = o.id AND p.active) AS people,
       (SELECT count(*) FROM device d WHERE d.organisation_id = o.id AND d.status <> 'retired') AS devices
  FROM organisation o WHERE o.path LIKE ANY($1::text[])
"""
RECORD = """
SELECT o.id, o.parent_id, o.kind, o.name, o.path, o.code, o.address, o.active, o.version, parent.kind AS parent_kind,
       ARRAY(SELECT a.name FROM organisation a WHERE starts_with(o.path, a.path) AND a.id <> o.id
              ORDER BY length(a.path) DESC) AS above
  FROM organisation o LEFT JOIN organisation parent ON parent.id = o.parent_id
 WHERE o.path LIKE ANY($1::text[]) AND o.id = $2
"""
# Of what the viewer administers, what has nothing administered above it.
TOPS = f"{LINES} AND NOT EXISTS (SELECT 1 FROM organisation up WHERE up.id = o.parent_id AND up.path LIKE ANY($1))"


async def tops(db: Database, viewer: Viewer, role: str) -> Sequence[OrganisationLine]:
    """The organisations at which the viewer's administration begins."""
    rows = await db.fetch(f"{TOPS} ORDER BY o.id", viewer.paths_of(role))
    return [OrganisationLine(**dict(row)) for row in rows]


async def below(
    db: Database, viewer: Viewer, role: str, path: str, *, everything: bool
) -> Sequence[OrganisationLine]:
    """What stands below the organisation of that path: directly, or everything. In no order."""
    rows = await db.fetch(
        f"{LINES} AND starts_with(o.path, $2) AND o.path <> $2 "
        "AND ($3 OR o.parent_id = (SELECT id FROM organisation WHERE path = $2))",
        viewer.paths_of(role),
        path,
        everything,
    )
    return [OrganisationLine(**dict(row)) for row in rows]


async def found(
    db: Database, viewer: Viewer, role: str, words: str, limit: int = 100
) -> Sequence[OrganisationLine]:
    """Administered organisations whose name or code holds the words."""
    rows = await db.fetch(
        f"{LINES} AND strpos(lower(concat_ws(' ', o.name, o.code)), lower($2)) > 0 ORDER BY o.path LIMIT $3",
        viewer.paths_of(role),
        words,
        limit,
    )
    return [OrganisationLine(**dict(row)) for row in rows]


async def record(db: Database, viewer: Viewer, role: str, organisation_id: int) -> OrganisationRecord:
    """One that the viewer administers; raises `NotVisible`."""
    row = await db.fetchrow(RECORD, viewer.paths_of(role), organisation_id)
    if row is None:
        raise NotVisible
    return OrganisationRecord(**dict(row))


async def in_use(db: Database, viewer: Viewer, role: str, organisation_id: int) -> InUse:
    """What keeps it from being closed; raises `NotVisible`."""
    known = await record(db, viewer, role, organisation_id)
    row = await db.fetchrow(IN_USE, known.path)
    return InUse(**dict(row)) if row else InUse(0, 0, 0, 0)


async def choices(db: Database, viewer: Viewer, role: str, within: str = "") -> Sequence[Place]:
    """Open organisations that the viewer administers, below a path if one is given; parents before children."""
    rows = await db.fetch(
        "SELECT o.id, o.parent_id, o.kind, o.name, o.path FROM organisation o "
        "WHERE o.path LIKE ANY($1::text[]) AND o.active AND starts_with(o.path, $2) ORDER BY o.path",
        viewer.paths_of(role),
        within,
    )
    return [Place(**dict(row)) for row in rows]


async def hospital_path(db: Database, viewer: Viewer, role: str, organisation_id: int) -> str:
    """The path of the hospital that an administered organisation belongs to, or its own; raises `NotVisible`."""
    known = await record(db, viewer, role, organisation_id)
    row = await db.fetchrow(
        "SELECT path FROM organisation WHERE kind = 'hospital' AND starts_with($1, path) "
        "ORDER BY length(path) DESC LIMIT 1",
        known.path,
    )
    return str(row["path"]) if row else known.path
