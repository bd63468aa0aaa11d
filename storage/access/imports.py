"""Imports, for those who may do them: the list and one batch."""

from collections.abc import Iterable, Sequence
from typing import Any

from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer
from storage.imports import BATCH, Batch, Place
from storage.paging import Listing, Order, Page, Sort, Where

SORTS = {"number": Sort("b.id", "bigint")}
SELECT, _, FROM = BATCH.partition("  FROM ")
BATCHES = Listing(SELECT.strip().removeprefix("SELECT "), FROM, "b.id", SORTS)


async def listed(db: Database, viewer: Viewer, kind: str, roles: Iterable[str], order: Order) -> Page[Batch]:
    """Imports of one kind at the organisations for which the viewer holds one of the roles."""
    where = Where("o.path LIKE ANY($1::text[])", [viewer.paths_of(*roles)]).also("b.kind = {}", kind)
    found: Page[dict[str, Any]] = await BATCHES.page(db, where, order)
    return found.of(lambda row: Batch(**row))


async def batch(db: Database, viewer: Viewer, batch_id: int, roles: Iterable[str]) -> Batch:
    """One import; raises `NotVisible`."""
    row = await db.fetchrow(
        f"{BATCH} WHERE b.id = $1 AND o.path LIKE ANY($2::text[])", batch_id, viewer.paths_of(*roles)
    )
    if row is None:
        raise NotVisible
    return Batch(**dict(row))


async def places(db: Database, viewer: Viewer, roles: Iterable[str]) -> Sequence[Place]:
    """The active organisations at which the viewer may import, in the tree's order; departments are left out."""
    rows = await db.fetch(
        "SELECT id, name, path FROM organisation WHERE active AND path LIKE ANY($1::text[]) "
        "AND kind <> 'department' ORDER BY string_to_array(rtrim(path, '.'), '.')::bigint[] LIMIT 2000",
        viewer.paths_of(*roles),
    )
    return [Place(**dict(row)) for row in rows]
