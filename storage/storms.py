"""Storms: so many messages of one workflow to one person that one message tells of them all. Real times.

Whoever decides about a person's messages of a workflow, or about a storm of theirs, holds one advisory lock, so that
two notifiers never begin two storms, nor send one message singly that the other has counted.

A storm's subject is the workflow, or that with `NEWS` behind it where nothing in it is urgent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage import spans
from storage.database import Connection, Database
from storage.outbox import Claimed, due

NEWS = "/news"


@dataclass(frozen=True)
class Storm:
    """One that goes on. `count` is of cases; `message_id` is the message that told of it last, with `told` of them.

    `since` is the time of day of its first alarm, as people are told it.
    """

    id: int
    person_id: int
    subject: str
    path: str
    began_at: datetime
    last_at: datetime
    count: int
    message_id: int
    told: int
    told_at: datetime
    since: str

    @property
    def workflow(self) -> str:
        """Of whose messages it is a storm."""
        return self.subject.removesuffix(NEWS)

    @property
    def is_news(self) -> bool:
        """Is nothing in it urgent?"""
        return self.subject.endswith(NEWS)


@dataclass(frozen=True)
class Span:
    """Which messages count: made in that span, and since `lately` unless they wait; `at_once_…` is a closer one."""

    since: datetime
    until: datetime
    lately: datetime
    at_once_since: datetime
    at_once_until: datetime


@dataclass(frozen=True)
class Telling:
    """A message of a storm."""

    kind: str
    severity: str
    variables: Mapping[str, Any]
    at: datetime


LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('storm/' || $1::text || '/' || $2::text, 0))"
COLUMNS = """
s.id, s.person_id, s.subject, o.path, s.began_at, s.last_at, s.count, s.message_id,
(m.variables->>'count')::int AS told, m.created_at AS told_at, m.variables->>'since' AS since
  FROM storm s JOIN person p ON p.id = s.person_id JOIN organisation o ON o.id = p.organisation_id
  JOIN message m ON m.id = s.message_id AND m.created_at >= s.began_at AND m.created_at >= {since}
"""
SINCE = "SELECT min(began_at) FROM storm WHERE ended_at IS NULL"
GOING_ON = (
    f"SELECT {COLUMNS.format(since='$3')} WHERE s.person_id = $1 AND s.subject = $2 AND s.ended_at IS NULL "
    "FOR UPDATE OF s"
)
ALL_GOING_ON = f"SELECT {COLUMNS.format(since='$1')} WHERE s.ended_at IS NULL ORDER BY s.id"
PRESSING = "coalesce({row}.severity, 'info') IN ('urgent', 'critical')"
# The newest few of the person suffice: more than the policy's number need not be counted. After an outage of ours what
# came long ago counts as long as it waits.
AROUND = f"""
SELECT count(*), count(*) FILTER (WHERE created_at BETWEEN $7 AND $8) FROM (
  SELECT m.created_at FROM message m JOIN work_case c ON c.id = m.case_id AND c.workflow = $2
   WHERE m.person_id = $1 AND {PRESSING.format(row="m")} = $3 AND m.created_at BETWEEN $4 AND $5
     AND (m.state = 'queued' OR m.state <> 'withdrawn' AND m.created_at > $6)
   ORDER BY m.id DESC LIMIT $9) newest
"""
BEGIN = f"""
WITH of AS (SELECT id, organisation_id FROM person WHERE id = $1),
storm AS (INSERT INTO storm (person_id, subject, began_at, last_at) SELECT id, $2, $3, $3 FROM of RETURNING id),
said AS (
  INSERT INTO message (created_at, case_version, kind, severity, person_id, organisation_id, lane, variables, next_at,
                       due_at)
  SELECT $3, 0, $4::varchar, $5::varchar, of.id, of.organisation_id, 'storm/' || storm.id,
         $6::jsonb || jsonb_build_object('storm', storm.id), $7::timestamptz,
         {due("$5::varchar", "$7::timestamptz")} FROM of, storm RETURNING id)
SELECT storm.id, said.id FROM storm, said
"""
TOLD_BY = "UPDATE storm SET message_id = $2 WHERE id = $1"
# The message itself, and all that nobody has claimed yet. One under another lease is decided upon by its own holder.
# A case counts once, whatever is told of it.
JOIN = f"""
WITH mine AS (
  SELECT m.id, m.created_at FROM message m
    LEFT JOIN work_case c ON c.id = m.case_id
   WHERE m.person_id = $1 AND m.created_at >= $8 AND m.state = 'queued' AND c.workflow = $2
     AND (m.id = $3 OR m.attempts = 0)
     AND NOT ($7 AND {PRESSING.format(row="m")}) AND m.kind <> ALL($9::text[])
     FOR UPDATE OF m SKIP LOCKED),
joined AS (
  UPDATE message m SET state = 'bundled', bundle_id = $5, finished_at = $6, held = '', escalate_at = NULL
    FROM mine WHERE m.id = mine.id AND m.created_at = mine.created_at AND m.created_at >= $8 RETURNING m.case_id),
new AS (
  SELECT count(DISTINCT case_id) AS cases FROM joined WHERE NOT EXISTS (
    SELECT FROM message told JOIN storm s ON s.id = $4 AND told.finished_at >= s.began_at
     WHERE told.case_id = joined.case_id AND told.created_at >= $8 AND told.person_id = $1 AND told.state = 'bundled'))
UPDATE storm SET count = count + new.cases, last_at = $6 FROM new WHERE id = $4 RETURNING count
"""
# As long as nobody has begun to send it, the message counts on, and waits a little for more, but not for ever.
COUNT_ON = f"""
UPDATE message SET variables = variables || jsonb_build_object('count', $2::int), next_at = $3::timestamptz,
       due_at = {due("severity", "$3::timestamptz")}
 WHERE id = $1 AND created_at >= $4 AND state = 'queued' AND attempts = 0
"""
ANOTHER = f"""
INSERT INTO message (created_at, case_version, kind, severity, person_id, organisation_id, lane, variables, next_at,
                     due_at)
SELECT $2::timestamptz, 0, $3::varchar, $4::varchar, p.id, p.organisation_id, 'storm/' || s.id, $5::jsonb, $2,
       {due("$4::varchar", "$2::timestamptz")}
  FROM storm s JOIN person p ON p.id = s.person_id WHERE s.id = $1 RETURNING id
"""
OPEN_CASES = """
SELECT count(DISTINCT m.case_id) FROM message m JOIN work_case c ON c.id = m.case_id AND c.closed_at IS NULL
 WHERE m.person_id = $1 AND m.created_at >= $2 AND m.bundle_id IN (
   SELECT id FROM message WHERE person_id = $1 AND created_at >= $3 AND lane = 'storm/' || $4::bigint)
"""


async def lock(tx: Connection, person_id: int, subject: str) -> None:
    """Nobody else decides about that person's messages of that workflow until the end of the transaction."""
    await tx.execute(LOCK, str(person_id), subject)


async def going_on(tx: Connection, person_id: int, subject: str) -> Storm | None:
    """The storm that the person is in."""
    since = await tx.fetchval(f"{SINCE} AND person_id = $1 AND subject = $2", person_id, subject)
    row = await tx.fetchrow(GOING_ON, person_id, subject, since) if since else None
    return Storm(**dict(row)) if row else None


async def all_going_on(db: Database) -> Sequence[Storm]:
    """All storms, as they are at this moment."""
    async with db.connection() as connection:
        since = await connection.fetchval(SINCE)
        return [Storm(**dict(row)) for row in await connection.fetch(ALL_GOING_ON, since)] if since else []


async def around(
    tx: Connection, message: Claimed, span: Span, most: int, *, pressing: bool
) -> tuple[int, int]:
    """How many messages of the workflow, as urgent or not, the person had around it, and at once; `most` at most."""
    of = (message.person_id, message.workflow, pressing)
    row = await tx.fetchrow(AROUND, *of, *vars(span).values(), most)
    return (row[0], row[1]) if row else (0, 0)


async def begin(tx: Connection, message: Claimed, subject: str, telling: Telling, now: datetime) -> Storm:
    """A storm begins, with the message that will tell of it at `telling.at`."""
    row = await tx.fetchrow(
        BEGIN,
        message.person_id,
        subject,
        now,
        telling.kind,
        telling.severity,
        dict(telling.variables),
        telling.at,
    )
    storm, told_by = row or (0, 0)
    await tx.execute(TOLD_BY, storm, told_by)
    since = str(telling.variables["since"])
    return Storm(storm, message.person_id or 0, subject, message.path, now, now, 0, told_by, 0, now, since)


async def join(
    tx: Connection,
    storm: Storm,
    message: Claimed,
    now: datetime,
    settle: timedelta,
    alone: Collection[str] = (),
) -> int:
    """The message, and all that wait with it but for the kinds `alone`, are told by the storm's; how many it counts."""
    count: int = await tx.fetchval(
        JOIN,
        storm.person_id,
        storm.workflow,
        message.id,
        storm.id,
        storm.message_id,
        now,
        storm.is_news,
        spans.around(storm.began_at),
        sorted(alone),
    )
    latest = storm.began_at + 5 * settle
    until, since = min(latest, now + settle), spans.after(storm.began_at)
    await tx.execute(COUNT_ON, storm.message_id, count, until, since)
    return count


async def tell(tx: Connection, storm: Storm, telling: Telling) -> None:
    """Another message about it, after which the storm is known so far."""
    said = await tx.fetchval(
        ANOTHER, storm.id, telling.at, telling.kind, telling.severity, dict(telling.variables)
    )
    await tx.execute(TOLD_BY, storm.id, said)


async def end(tx: Connection, storm: Storm, now: datetime) -> None:
    """It is over."""
    await tx.execute("UPDATE storm SET ended_at = $2 WHERE id = $1", storm.id, now)


async def still_open(tx: Connection, storm: Storm) -> int:
    """How many cases it was about that nobody has closed."""
    since = storm.began_at - timedelta(hours=1)
    count: int = await tx.fetchval(OPEN_CASES, storm.person_id, since, storm.began_at, storm.id)
    return count
