"""Writes the tree of organisations. Whoever changes its shape locks it first, so that no two changes cross."""

from dataclasses import dataclass

from storage.database import Connection

TREE_LOCK = 0x7EE5


@dataclass(frozen=True)
class OrganisationRow:
    """An organisation as it stands in the transaction."""

    id: int
    parent_id: int | None
    kind: str
    name: str
    code: str | None
    path: str
    address: str
    active: bool
    version: int


@dataclass(frozen=True)
class InUse:
    """What keeps an organisation from being closed, counted with everything below it."""

    below: int
    people: int
    devices: int
    cases: int

    def __bool__(self) -> bool:
        return any((self.below, self.people, self.devices, self.cases))


ROW = "SELECT id, parent_id, kind, name, code, path, address, active, version FROM organisation"
ADD = """
WITH new AS (SELECT nextval(pg_get_serial_sequence('organisation', 'id')) AS id)
INSERT INTO organisation (id, parent_id, kind, name, code, path, address)
SELECT new.id, $1, $2, $3, $4, (SELECT path FROM organisation WHERE id = $1) || new.id || '.', $5 FROM new
RETURNING id, parent_id, kind, name, code, path, address, active, version
"""
CHANGE = """
UPDATE organisation SET name = $2, code = $3, address = $4, active = $5, version = version + 1 WHERE id = $1
"""
# The whole subtree in one statement: below means "begins with", and nobody may see a part of it moved.
MOVE = """
UPDATE organisation o SET path = $3 || substr(o.path, length($2) + 1),
       parent_id = CASE WHEN o.id = $1 THEN $4 ELSE o.parent_id END,
       version = o.version + (o.id = $1)::int
 WHERE starts_with(o.path, $2)
"""
IN_USE = """
SELECT (SELECT count(*) FROM organisation o WHERE starts_with(o.path, $1) AND o.path <> $1 AND o.active) AS below,
       (SELECT count(*) FROM person p JOIN organisation o ON o.id = p.organisation_id
         WHERE starts_with(o.path, $1) AND p.active) AS people,
       (SELECT count(*) FROM device d JOIN organisation o ON o.id = d.organisation_id
         WHERE starts_with(o.path, $1) AND d.status <> 'retired') AS devices,
       (SELECT count(*) FROM work_case c JOIN organisation o ON o.id = c.organisation_id
         WHERE starts_with(o.path, $1) AND c.closed_at IS NULL) AS cases
"""
NAMESAKE = (
    "SELECT 1 FROM organisation WHERE parent_id = $1 AND lower(name) = lower($2) AND id IS DISTINCT FROM $3"
)
CODE_TAKEN = """
SELECT 1 FROM organisation WHERE code = $1 AND kind <> 'department' AND id IS DISTINCT FROM $2 LIMIT 1
"""


async def lock_tree(connection: Connection) -> None:
    """Keep everybody else from changing the tree's shape until the end of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", TREE_LOCK)


async def locked(connection: Connection, organisation_id: int) -> OrganisationRow | None:
    """The organisation, locked until the end of the transaction; what only names it goes on meanwhile."""
    row = await connection.fetchrow(f"{ROW} WHERE id = $1 FOR NO KEY UPDATE", organisation_id)
    return OrganisationRow(**dict(row)) if row else None


async def below(connection: Connection, path: str) -> list[OrganisationRow]:
    """The organisation of that path and everything below it, what stands above first."""
    rows = await connection.fetch(f"{ROW} WHERE starts_with(path, $1) ORDER BY length(path), id", path)
    return [OrganisationRow(**dict(row)) for row in rows]


async def closed_child(connection: Connection, parent_id: int, name: str) -> OrganisationRow | None:
    """A closed organisation of that name under the parent."""
    row = await connection.fetchrow(
        f"{ROW} WHERE parent_id = $1 AND lower(name) = lower($2) AND NOT active FOR NO KEY UPDATE",
        parent_id,
        name,
    )
    return OrganisationRow(**dict(row)) if row else None


async def hospital_of(connection: Connection, path: str) -> OrganisationRow | None:
    """The hospital that the organisation of that path belongs to, itself included."""
    row = await connection.fetchrow(
        f"{ROW} WHERE kind = 'hospital' AND starts_with($1, path) ORDER BY length(path) DESC LIMIT 1", path
    )
    return OrganisationRow(**dict(row)) if row else None


async def add(connection: Connection, new: OrganisationRow) -> OrganisationRow:
    """Insert an organisation below its parent; id and path are made here. The tree must be locked."""
    row = await connection.fetchrow(ADD, new.parent_id, new.kind, new.name, new.code, new.address)
    if row is None:
        raise LookupError("INSERT … RETURNING has a row or raises")
    return OrganisationRow(**dict(row))


async def change(connection: Connection, row: OrganisationRow) -> None:
    """Write name, code, address and whether it is open; its version grows. The row must be locked."""
    await connection.execute(CHANGE, row.id, row.name, row.code, row.address, row.active)


async def move(connection: Connection, row: OrganisationRow, parent: OrganisationRow) -> str:
    """Put it, with everything below, under another parent; its new path. The tree must be locked."""
    path = f"{parent.path}{row.id}."
    await connection.execute(MOVE, row.id, row.path, path, parent.id)
    return path


async def in_use(connection: Connection, path: str) -> InUse:
    """What of the organisation of that path is still in use."""
    row = await connection.fetchrow(IN_USE, path)
    return InUse(**dict(row)) if row else InUse(0, 0, 0, 0)


async def has_namesake(connection: Connection, parent_id: int, name: str, but: int | None = None) -> bool:
    """Is there another organisation of that name under the parent?"""
    return await connection.fetchval(NAMESAKE, parent_id, name, but) is not None


async def code_is_taken(connection: Connection, code: str, but: int | None = None) -> bool:
    """Does another authority or hospital have that code?"""
    return await connection.fetchval(CODE_TAKEN, code, but) is not None
