"""How much somebody hears, as they see it themselves: a storm that they are in, what they do not want to hear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import mutes, watches
from storage.access import NotVisible
from storage.access.cases import VISIBLE
from storage.database import Database
from storage.directory import Viewer
from storage.mutes import Mute

MOST = 500


@dataclass(frozen=True)
class StormCase:
    """One that the storm tells of. Nothing but the number is told where the viewer lost sight of it."""

    number: str
    visible: bool
    title: str
    device: str
    state: str


@dataclass(frozen=True)
class StormPage:
    """A storm (real times). `message_id` is the message that told the viewer last, `cases` the newest ones first."""

    id: int
    subject: str
    began_at: datetime
    last_at: datetime
    ended_at: datetime | None
    count: int
    message_id: int
    acknowledged_at: datetime | None
    cases: Sequence[StormCase] = ()


@dataclass(frozen=True)
class Wishes:
    """One's own quiet hours and digest hour ('HH:MM'), if any, and what is muted."""

    quiet_from: str | None
    quiet_to: str | None
    digest_at: str | None
    muted: Sequence[Mute]


@dataclass(frozen=True)
class OfCase:
    """Is somebody to be told when a case is over, and until when did they put it off (real time)?"""

    watching: bool
    put_off_until: datetime | None


@dataclass(frozen=True)
class OwnWay:
    """A way to be reached: the account with its kind, one's address there; `works` is False if it is switched off."""

    kind: str
    account_id: int
    account: str
    address: str
    works: bool


STORM = """
SELECT s.id, split_part(s.subject, '/', 1) AS subject, s.began_at, s.last_at, s.ended_at, s.count,
       mine.id AS message_id, mine.acknowledged_at
  FROM storm s
  JOIN LATERAL (SELECT id, acknowledged_at FROM message
                 WHERE person_id = $2 AND lane = 'storm/' || s.id AND created_at >= s.began_at
                   AND coalesce(stand_in_for_id, person_id) = s.person_id ORDER BY id DESC LIMIT 1) mine ON true
 WHERE s.id = $1
"""
# $4 the storm; a case that left the viewer's scope since they were told of it keeps its number alone.
CASES = f"""
WITH told AS (
  SELECT DISTINCT m.case_id FROM storm s JOIN message m ON m.person_id = s.person_id AND m.state = 'bundled'
     AND m.bundle_id IN (SELECT id FROM message WHERE person_id IN ($1, s.person_id) AND lane = 'storm/' || s.id)
   WHERE s.id = $4),
seen AS (SELECT c.*, {VISIBLE} AS visible FROM told JOIN work_case c ON c.id = told.case_id
           JOIN organisation o ON o.id = c.organisation_id)
SELECT c.number, c.visible, CASE WHEN visible THEN c.title ELSE '' END AS title,
       CASE WHEN visible THEN coalesce(d.name, '') ELSE '' END AS device,
       CASE WHEN visible THEN c.state ELSE '' END AS state
  FROM seen c LEFT JOIN device d ON d.id = c.device_id
 ORDER BY NOT visible, visible AND c.closed_at IS NOT NULL, c.id DESC LIMIT {MOST}
"""
WAYS = """
SELECT a.kind, a.id AS account_id, a.name AS account, cp.address, a.active AS works
  FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id
 WHERE cp.person_id = $1 AND cp.ended_at IS NULL ORDER BY cp.rank, cp.id
"""
OWN = "SELECT quiet_from, quiet_to, digest_at FROM notice_preference WHERE person_id = $1"


async def storm(db: Database, viewer: Viewer, storm_id: int) -> StormPage:
    """A storm of which the viewer was told, perhaps in somebody's stead; raises `NotVisible`."""
    row = await db.fetchrow(STORM, storm_id, viewer.person_id)
    if row is None:
        raise NotVisible
    cases = await db.fetch(CASES, viewer.person_id, viewer.participant_id, viewer.paths, storm_id)
    return StormPage(**dict(row), cases=[StormCase(**dict(case)) for case in cases])


async def wishes(db: Database, viewer: Viewer, now: datetime) -> Wishes:
    """What the viewer wants otherwise than the policies say, at `now` (real time)."""
    if viewer.person_id is None:
        raise NotVisible
    async with db.connection() as connection:
        own = await connection.fetchrow(OWN, viewer.person_id)
        muted = await mutes.mine(connection, viewer.person_id, now)
    begin, end, digest_at = own or (None, None, None)
    return Wishes(begin, end, digest_at, muted)


async def of_case(db: Database, viewer: Viewer, case_id: int, now: datetime) -> OfCase:
    """What the viewer wants to hear of one case, at `now` (real time)."""
    if viewer.person_id is None:
        return OfCase(False, None)
    async with db.connection() as connection:
        return OfCase(
            await watches.is_watching(connection, viewer.person_id, case_id),
            await mutes.snoozed_until(connection, viewer.person_id, case_id, now),
        )


async def ways(db: Database, viewer: Viewer) -> Sequence[OwnWay]:
    """How the viewer can be reached, the way that is tried first first."""
    return [OwnWay(**dict(row)) for row in await db.fetch(WAYS, viewer.person_id)]
