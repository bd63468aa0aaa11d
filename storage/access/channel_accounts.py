"""Channel accounts that a viewer administers, those inherited from above, and how sending by them goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.access import NotVisible
from storage.database import Database
from storage.directory import Viewer

MOST_ERRORS = 20


@dataclass(frozen=True)
class AccountLine:
    """An account of one's own. `accepted` and `failed` count tries since a time; `tested_at` is real time."""

    id: int
    kind: str
    name: str
    organisation_id: int
    organisation_name: str
    active: bool
    tested_at: datetime | None
    test_result: str
    accepted: int
    failed: int


@dataclass(frozen=True)
class InheritedLine:
    """An account of an organisation above, which serves here: what it is called, and nothing more."""

    id: int
    kind: str
    name: str
    organisation_name: str


@dataclass(frozen=True)
class AccountRecord:
    """An account of one's own, without its secrets."""

    id: int
    kind: str
    name: str
    public_key: str
    organisation_id: int
    organisation_name: str
    path: str
    settings: Mapping[str, Any]
    active: bool
    version: int
    tested_at: datetime | None
    test_result: str


@dataclass(frozen=True)
class ErrorLine:
    """A try that the provider did not take (real time). `error` is a source text."""

    tried_at: datetime
    code: str
    error: str
    tries: int
    case_number: str


LINES = """
SELECT a.id, a.kind, a.name, a.organisation_id, o.name AS organisation_name, a.active, a.tested_at, a.test_result,
       count(d.id) FILTER (WHERE d.state = 'accepted') AS accepted,
       count(d.id) FILTER (WHERE d.error_code <> '') AS failed
  FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
  LEFT JOIN delivery d ON d.account_id = a.id AND d.tried_at >= $2
 WHERE o.path LIKE ANY($1::text[]) GROUP BY a.id, o.id ORDER BY o.path, a.kind, a.name
"""
# Of each kind and place the nearest alone serves; an account above is told only where it does serve somebody here.
INHERITED = """
SELECT DISTINCT n.id, n.kind, n.name, n.organisation_name FROM organisation here CROSS JOIN LATERAL (
  SELECT DISTINCT ON (a.kind) a.id, a.kind, a.name, o.name AS organisation_name, o.path
    FROM channel_account a JOIN organisation o ON o.id = a.organisation_id
   WHERE a.active AND starts_with(here.path, o.path) ORDER BY a.kind, length(o.path) DESC, a.id) n
 WHERE here.path LIKE ANY($1::text[]) AND NOT n.path LIKE ANY($1::text[]) ORDER BY n.kind, n.name
"""
RECORD = """
SELECT a.id, a.kind, a.name, a.public_key, a.organisation_id, o.name AS organisation_name, o.path, a.settings,
       a.active, a.version, a.tested_at, a.test_result
  FROM channel_account a JOIN organisation o ON o.id = a.organisation_id WHERE o.path LIKE ANY($1::text[]) AND a.id = $2
"""
ERRORS = """
SELECT d.tried_at, d.error_code AS code, d.error, d.tries, coalesce(c.number, '') AS case_number
  FROM delivery d LEFT JOIN work_case c ON c.id = d.case_id
 WHERE d.account_id = $1 AND d.error_code <> '' ORDER BY d.tried_at DESC LIMIT $2
"""
SET_ON = """
SELECT name, max(at) AS at FROM audit a, jsonb_array_elements_text(a.after->'secrets') AS name
 WHERE a.subject_kind = 'channel_account' AND a.subject_id = $1 AND jsonb_typeof(a.after->'secrets') = 'array'
 GROUP BY name
"""
READ_THERE = """
SELECT DISTINCT p.language FROM person p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.active AND p.language IS NOT NULL AND starts_with(o.path, $1) ORDER BY p.language
"""
OWN_ADDRESS = """
SELECT address FROM contact_point WHERE person_id = $1 AND account_id = $2 AND ended_at IS NULL
 ORDER BY rank, id LIMIT 1
"""


async def own(db: Database, viewer: Viewer, role: str, since: datetime) -> Sequence[AccountLine]:
    """The accounts of the organisations that the viewer administers; tries are counted from `since` (real time)."""
    rows = await db.fetch(LINES, viewer.paths_of(role), since)
    return [AccountLine(**dict(row)) for row in rows]


async def inherited(db: Database, viewer: Viewer, role: str) -> Sequence[InheritedLine]:
    """What serves the administered organisations from above, by name alone."""
    rows = await db.fetch(INHERITED, viewer.paths_of(role))
    return [InheritedLine(**dict(row)) for row in rows]


async def record(db: Database, viewer: Viewer, role: str, account_id: int) -> AccountRecord:
    """One that the viewer administers; raises `NotVisible`."""
    row = await db.fetchrow(RECORD, viewer.paths_of(role), account_id)
    if row is None:
        raise NotVisible
    return AccountRecord(**dict(row))


async def errors(db: Database, viewer: Viewer, role: str, account_id: int) -> Sequence[ErrorLine]:
    """What its provider did not take, the latest first; raises `NotVisible`."""
    known = await record(db, viewer, role, account_id)
    rows = await db.fetch(ERRORS, known.id, MOST_ERRORS)
    return [ErrorLine(**dict(row)) for row in rows]


async def secrets_set_on(db: Database, viewer: Viewer, role: str, account_id: int) -> Mapping[str, datetime]:
    """When each secret was last entered, as far as that is on record; raises `NotVisible`."""
    known = await record(db, viewer, role, account_id)
    return {row["name"]: row["at"] for row in await db.fetch(SET_ON, known.id)}


async def languages(db: Database, viewer: Viewer, role: str, account_id: int) -> Sequence[str]:
    """Which languages people have chosen at the organisation that it serves, and below; raises `NotVisible`."""
    known = await record(db, viewer, role, account_id)
    return [row["language"] for row in await db.fetch(READ_THERE, known.path)]


async def own_address(db: Database, viewer: Viewer, role: str, account_id: int) -> str:
    """The viewer's own address at the account, or nothing; raises `NotVisible`."""
    known = await record(db, viewer, role, account_id)
    row = await db.fetchrow(OWN_ADDRESS, viewer.person_id, known.id)
    return str(row["address"]) if row else ""
