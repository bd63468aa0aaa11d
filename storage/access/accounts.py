"""A person's account: who they are, their absences and their sessions. One's own, or that of somebody administered.

`role` is the role that administers people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import absences as absence_rows
from storage.access import NotVisible
from storage.access.people import Choice
from storage.database import Database
from storage.directory import Viewer


@dataclass(frozen=True)
class Account:
    """Somebody's account. `left_at` and `password_changed_at` are real time."""

    id: int
    name: str
    title: str
    organisation: str
    path: str
    username: str | None
    active: bool
    left_at: datetime | None
    has_password: bool
    must_change_password: bool
    password_changed_at: datetime | None


@dataclass(frozen=True)
class PostLine:
    """A role at an organisation, from and until (business time)."""

    role: str
    organisation: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class AbsenceLine:
    """An absence that has not ended (business time). `deputy` is empty when there is none.

    `alone`: it has begun, and the deputy who was named is away or has left.
    """

    id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    deputy: str
    note: str
    alone: bool


@dataclass(frozen=True)
class SessionLine:
    """A live session (real times). `key` names it on its page; nothing can be done with it but to end it."""

    key: str
    way: str
    client: str
    address: str
    created_at: datetime
    seen_at: datetime


ACCOUNT = """
SELECT p.id, p.name, p.title, o.name AS organisation, o.path, p.username, p.active, p.left_at,
       p.password_hash IS NOT NULL AS has_password, p.must_change_password, p.password_changed_at
  FROM person p JOIN organisation o ON o.id = p.organisation_id
 WHERE p.id = $1 AND (p.id = $2 OR o.path LIKE ANY($3::text[]))
"""
POSTS = """
SELECT post.role, o.name AS organisation, post.starts_at, post.ends_at
  FROM post JOIN organisation o ON o.id = post.organisation_id
 WHERE post.person_id = $1 AND (post.ends_at IS NULL OR post.ends_at > $2) ORDER BY o.path, post.role
"""
ABSENCES = """
SELECT a.id, p.name, a.starts_at, a.ends_at, coalesce(d.name, '') AS deputy, a.note,
       a.deputy_id IS NOT NULL AND a.starts_at <= $2 AND present_for(a.person_id, $2) IS NULL AS alone
  FROM absence a JOIN person p ON p.id = a.person_id LEFT JOIN person d ON d.id = a.deputy_id
 WHERE {whose} = $1 AND a.ended_at IS NULL AND a.ends_at > $2 ORDER BY a.starts_at, a.id
"""
# What a session is called on its page: enough of its key to name it, too little to be it.
SESSIONS = """
SELECT left(s.id, 16) AS key, s.way, s.client, s.address, s.created_at, s.seen_at
  FROM web_session s
 WHERE s.person_id = $1 AND s.ended_at IS NULL AND s.created_at > $2 AND s.seen_at > $3
 ORDER BY s.seen_at DESC, s.id
"""


async def account(db: Database, viewer: Viewer, role: str, person_id: int) -> Account:
    """The account; raises `NotVisible`."""
    row = await db.fetchrow(ACCOUNT, person_id, viewer.person_id, viewer.paths_of(role))
    if row is None:
        raise NotVisible
    return Account(**dict(row))


async def posts(db: Database, viewer: Viewer, role: str, person_id: int, now: datetime) -> Sequence[PostLine]:
    """The posts that hold at business time `now`, or will; raises `NotVisible`."""
    await account(db, viewer, role, person_id)
    return [PostLine(**dict(row)) for row in await db.fetch(POSTS, person_id, now)]


async def absences(
    db: Database, viewer: Viewer, role: str, person_id: int, now: datetime
) -> Sequence[AbsenceLine]:
    """The person's absences that end after business time `now`; raises `NotVisible`."""
    await account(db, viewer, role, person_id)
    found = await db.fetch(ABSENCES.format(whose="a.person_id"), person_id, now)
    return [AbsenceLine(**dict(row)) for row in found]


async def deputising(db: Database, viewer: Viewer, now: datetime) -> Sequence[AbsenceLine]:
    """The absences in which the viewer is the deputy, now and to come (business time)."""
    found = await db.fetch(ABSENCES.format(whose="a.deputy_id"), viewer.person_id, now)
    return [AbsenceLine(**dict(row)) for row in found]


async def colleagues(
    db: Database, viewer: Viewer, role: str, person_id: int, now: datetime
) -> Sequence[Choice]:
    """Who may stand in for the person; raises `NotVisible`."""
    await account(db, viewer, role, person_id)
    async with db.connection() as connection:
        found = await absence_rows.colleagues(connection, person_id, now)
    return [Choice(*colleague) for colleague in found]


async def sessions(
    db: Database, viewer: Viewer, role: str, person_id: int, begun_after: datetime, seen_after: datetime
) -> Sequence[SessionLine]:
    """The person's live sessions, the one used last first; raises `NotVisible`. Real times."""
    await account(db, viewer, role, person_id)
    found = await db.fetch(SESSIONS, person_id, begun_after, seen_after)
    return [SessionLine(**dict(row)) for row in found]
