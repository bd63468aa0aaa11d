"""Digests: what is for information and waits is told in one message a person. Real times."""

from datetime import datetime

from storage import open_span, spans
from storage.database import Connection
from storage.outbox import FOR_DIGEST, WITH_OTHERS, Claimed

NOTED = FOR_DIGEST  # the code of the note that a message waits for the hour of the digest

# What became untrue is withdrawn when its turn comes, and is not counted here; one alone is told by itself.
# At the hour of a digest nobody's is made before all that waited for it has had its turn.
BUNDLE = f"""
WITH waiting AS (
  SELECT m.id, m.created_at, m.person_id, m.next_at, c.number FROM message m
    LEFT JOIN work_case c ON c.id = m.case_id
   WHERE m.created_at >= $5 AND m.state = 'queued' AND m.held = '{WITH_OTHERS}' AND m.next_at > $1
     AND m.due_at = m.next_at AND m.person_id IS NOT NULL AND m.account_id IS NULL AND m.acknowledged_at IS NULL
     AND (m.valid_while IS NULL OR m.valid_while = c.entered_version)
     AND NOT EXISTS (SELECT FROM delivery d WHERE d.message_id = m.id AND d.created_at >= $6)
   ORDER BY m.id FOR UPDATE OF m SKIP LOCKED),
people AS (
  SELECT person_id, count(*) AS count, string_agg(DISTINCT number, ', ') AS numbers, min(created_at) AS since
    FROM waiting GROUP BY person_id
  HAVING count(*) > 1 AND (min(created_at) <= $2 OR min(next_at) <= $4) AND NOT EXISTS (
    SELECT FROM message late WHERE late.person_id = waiting.person_id AND late.state = 'queued'
       AND late.created_at >= $5 AND late.held = '{FOR_DIGEST}' AND late.due_at <= $1)),
said AS (
  INSERT INTO message (created_at, case_version, kind, severity, person_id, organisation_id, lane, variables, next_at,
                       due_at)
  SELECT $1, 0, $3::varchar, 'info', p.id, p.organisation_id, 'digest/' || p.id,
         jsonb_build_object('count', people.count, 'numbers', coalesce(left(people.numbers, 200), ''),
                            'since', to_char(people.since AT TIME ZONE 'Asia/Shanghai',
                           CASE WHEN people.since > $1 - interval '12 hours' THEN '' ELSE 'MM-DD ' END || 'HH24:MI')),
         $1, $1
    FROM people JOIN person p ON p.id = people.person_id RETURNING id, person_id),
told AS (
  UPDATE message m SET state = 'bundled', bundle_id = said.id, finished_at = $1, held = ''
    FROM waiting JOIN said ON said.person_id = waiting.person_id
   WHERE m.id = waiting.id AND m.created_at = waiting.created_at AND m.created_at >= $5 RETURNING 1)
SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify('outbox', '') END FROM told
"""


# Nothing was begun of it, and it has not waited for a digest.
IS_NEW = f"""
SELECT NOT EXISTS (SELECT FROM routing_note WHERE message_id = $1 AND at >= $2 AND what = 'held' AND code = '{NOTED}')
   AND NOT EXISTS (SELECT FROM delivery WHERE message_id = $1 AND created_at >= $2)
"""
COMPANY = f"""
SELECT EXISTS (
  SELECT FROM message m LEFT JOIN work_case c ON c.id = m.case_id
   WHERE m.person_id = $1 AND m.id <> $2 AND m.state = 'queued' AND m.held IN ('{FOR_DIGEST}', '{WITH_OTHERS}')
     AND m.created_at >= $4 AND m.due_at <= $3 AND (m.valid_while IS NULL OR m.valid_while = c.entered_version))
"""


async def bundle(
    connection: Connection, kind: str, now: datetime, begun_by: datetime, due_by: datetime
) -> int:
    """Bundle whatever waits to be told along with others; returns how many.

    Of people whose oldest such message is of `begun_by` or older, or whose first one would go out until `due_by`.
    """
    since = await open_span.read(connection)
    count: int = await connection.fetchval(BUNDLE, now, begun_by, kind, due_by, since, spans.after(since))
    return count


async def is_new(connection: Connection, message: Claimed) -> bool:
    """Has the message neither been tried nor waited for the hour of a digest?"""
    new: bool = await connection.fetchval(IS_NEW, message.id, spans.after(message.created_at))
    return new


async def has_company(connection: Connection, message: Claimed, until: datetime) -> bool:
    """Is more for the same person to be told in a digest by then?"""
    since = spans.around(message.created_at)
    company: bool = await connection.fetchval(COMPANY, message.person_id, message.id, until, since)
    return company
