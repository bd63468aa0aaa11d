"""Groups and other systems that hear of cases, for whoever administers their organisations."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer


@dataclass(frozen=True)
class ListenerLine:
    """A listener and the account by which it is told."""

    id: int
    name: str
    organisation_id: int
    organisation_name: str
    account_id: int
    account_name: str
    kind: str
    active: bool
    address: str
    severities: Sequence[str]
    workflows: Sequence[str]
    hears_steps: bool
    version: int


@dataclass(frozen=True)
class EarLine:
    """An account that can be told as it is."""

    id: int
    name: str
    kind: str


LINES = """
SELECT l.id, l.name, l.organisation_id, o.name AS organisation_name, l.account_id, a.name AS account_name, a.kind,
       a.active, l.address, l.severities, l.workflows, l.hears_steps, l.version
  FROM listener l JOIN organisation o ON o.id = l.organisation_id JOIN channel_account a ON a.id = l.account_id
 WHERE o.path LIKE ANY ($1::text[]) AND l.ended_at IS NULL AND ($2::bigint IS NULL OR l.id = $2)
 ORDER BY o.path, l.name, l.id
"""
EARS = """
SELECT a.id, a.name, a.kind FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
 WHERE o.path LIKE ANY ($1::text[]) AND a.active AND a.kind = ANY ($2) ORDER BY a.name, a.id
"""


async def lines(db: Database, viewer: Viewer, role: str) -> Sequence[ListenerLine]:
    """All that hear of something at the organisations that the viewer administers."""
    return [ListenerLine(**dict(row)) for row in await db.fetch(LINES, viewer.paths_of(role), None)]


async def record(db: Database, viewer: Viewer, role: str, listener_id: int) -> ListenerLine:
    """One of them; raises `NotVisible`."""
    row = await db.fetchrow(LINES, viewer.paths_of(role), listener_id)
    if row is None:
        raise NotVisible
    return ListenerLine(**dict(row))


async def ears(db: Database, viewer: Viewer, role: str, kinds: Sequence[str]) -> Sequence[EarLine]:
    """The accounts of these kinds that the viewer administers."""
    return [EarLine(**dict(row)) for row in await db.fetch(EARS, viewer.paths_of(role), list(kinds))]
