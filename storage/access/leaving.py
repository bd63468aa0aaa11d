"""What would be closed if somebody left, for whoever administers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.access.accounts import account
from storage.database import Database
from storage.directory import Viewer


@dataclass(frozen=True)
class Closing:
    """How many of each kind end. `stands_in_for` are those who lose their deputy."""

    posts: int
    sessions: int
    ways: int
    links: int
    absences: int
    shifts: int
    messages: int
    stands_in_for: Sequence[str]


@dataclass(frozen=True)
class CasePart:
    """An open case in which somebody has a part."""

    number: str
    title: str
    workflow: str
    state: str
    part: str


COUNTS = """
SELECT (SELECT count(*) FROM post WHERE person_id = $1 AND (ends_at IS NULL OR ends_at > $2)) AS posts,
       (SELECT count(*) FROM web_session WHERE person_id = $1 AND ended_at IS NULL AND created_at > $4
           AND seen_at > $5) AS sessions,
       (SELECT count(*) FROM contact_point WHERE person_id = $1 AND ended_at IS NULL) AS ways,
       (SELECT count(*) FROM link_code WHERE person_id = $1 AND used_at IS NULL AND expires_at > $3)
       + (SELECT count(*) FROM password_link WHERE person_id = $1 AND used_at IS NULL AND expires_at > $3) AS links,
       (SELECT count(*) FROM absence WHERE person_id = $1 AND ended_at IS NULL AND ends_at > $2) AS absences,
       (SELECT count(*) FROM duty_shift WHERE person_id = $1 AND ended_at IS NULL AND ends_at > $2) AS shifts,
       (SELECT count(*) FROM message WHERE person_id = $1 AND state = 'queued') AS messages,
       (SELECT coalesce(array_agg(p.name ORDER BY p.name), '{}') FROM absence a JOIN person p ON p.id = a.person_id
         WHERE a.deputy_id = $1 AND a.ended_at IS NULL AND a.ends_at > $2) AS stands_in_for
"""
CASES = """
SELECT c.number, c.title, c.workflow, c.state, p.part
  FROM participant p JOIN work_case c ON c.id = p.case_id AND c.closed_at IS NULL
  JOIN organisation o ON o.id = c.organisation_id AND o.path LIKE ANY($2::text[])
 WHERE p.person_id = $1 AND p.ended_at IS NULL ORDER BY c.id LIMIT 200
"""


@dataclass(frozen=True)
class Instants:
    """Now in business and real time, and after which real instants a live session has begun and was used."""

    business: datetime
    real: datetime
    begun_after: datetime
    seen_after: datetime


async def closing(db: Database, viewer: Viewer, role: str, person_id: int, at: Instants) -> Closing:
    """What ends; raises `NotVisible`."""
    await account(db, viewer, role, person_id)
    row = await db.fetchrow(COUNTS, person_id, at.business, at.real, at.begun_after, at.seen_after)
    if row is None:
        raise LookupError("a SELECT of counts has a row")
    return Closing(**dict(row))


async def cases_of(db: Database, viewer: Viewer, role: str, person_id: int) -> Sequence[CasePart]:
    """The open cases in scope in which they have a part; raises `NotVisible`."""
    await account(db, viewer, role, person_id)
    return [CasePart(**dict(row)) for row in await db.fetch(CASES, person_id, viewer.paths)]
