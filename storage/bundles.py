"""Digests: what is for information and waits is told in one message a person. Real times."""

from datetime import datetime

from storage.database import Connection
from storage.outbox import FOR_DIGEST

# What became untrue is withdrawn when its turn comes, and is not counted here; one alone is told by itself.
BUNDLE = f"""
WITH waiting AS (
  SELECT m.id, m.created_at, m.person_id, c.number FROM message m
    LEFT JOIN work_case c ON c.id = m.case_id
   WHERE m.state = 'queued' AND m.held = '{FOR_DIGEST}' AND m.next_at > $1 AND m.due_at = m.next_at
     AND m.person_id IS NOT NULL AND m.account_id IS NULL
     AND (m.valid_while IS NULL OR m.valid_while = c.entered_version)
     AND NOT EXISTS (SELECT FROM delivery d WHERE d.message_id = m.id)
   ORDER BY m.id FOR UPDATE OF m SKIP LOCKED),
people AS (
  SELECT person_id, count(*) AS count, string_agg(DISTINCT number, ', ') AS numbers, min(created_at) AS since
    FROM waiting GROUP BY person_id HAVING count(*) > 1 AND min(created_at) <= $2),
said AS (
  INSERT INTO message (created_at, case_version, kind, severity, person_id, organisation_id, lane, variables, next_at,
                       due_at)
  SELECT $1, 0, $3::varchar, 'info', p.id, p.organisation_id, 'digest/' || p.id,
         jsonb_build_object('count', people.count, 'numbers', coalesce(left(people.numbers, 200), ''),
                            'since', to_char(people.since AT TIME ZONE 'Asia/Shanghai', 'HH24:MI')), $1, $1
    FROM people JOIN person p ON p.id = people.person_id RETURNING id, person_id),
told AS (
  UPDATE message m SET state = 'bundled', bundle_id = said.id, finished_at = $1, held = ''
    FROM waiting JOIN said ON said.person_id = waiting.person_id
   WHERE m.id = waiting.id AND m.created_at = waiting.created_at RETURNING 1)
SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify('outbox', '') END FROM told
"""


async def bundle(connection: Connection, kind: str, now: datetime, begun_by: datetime) -> int:
    """Bundle whatever waits for a digest of people whose oldest such message is of that time or older; how many."""
    count: int = await connection.fetchval(BUNDLE, now, begun_by, kind)
    return count
