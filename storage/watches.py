"""Who wants to be told when a case is over. Real times."""

from datetime import datetime

from storage.database import Connection

WATCH = """
INSERT INTO watch (person_id, case_id, made_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id, case_id) DO UPDATE SET made_at = $3, told_at = NULL WHERE watch.told_at IS NOT NULL
"""
NO_MORE = "DELETE FROM watch WHERE person_id = $1 AND case_id = $2 AND told_at IS NULL"
IS_WATCHING = "SELECT EXISTS (SELECT FROM watch WHERE person_id = $1 AND case_id = $2 AND told_at IS NULL)"
# Whoever was told otherwise that it is closed is told again all the same: they asked for it.
TELL = """
WITH over AS (
  SELECT w.id, w.person_id, c.id AS case_id, c.version, c.number, c.title FROM watch w
    JOIN work_case c ON c.id = w.case_id AND c.closed_at IS NOT NULL
   WHERE w.told_at IS NULL ORDER BY w.id LIMIT 200 FOR UPDATE OF w SKIP LOCKED),
told AS (UPDATE watch SET told_at = $1 FROM over WHERE watch.id = over.id),
said AS (
  INSERT INTO message (created_at, case_id, case_version, kind, severity, person_id, lane, variables, next_at, due_at)
  SELECT $1, case_id, version, $2::varchar, $3::varchar, person_id, concat_ws('/', case_id, person_id),
         jsonb_build_object('number', number, 'title', title), $1, $1 FROM over RETURNING 1)
SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify('outbox', '') END FROM said
"""


async def watch(tx: Connection, person_id: int, case_id: int, now: datetime) -> None:
    """Tell the person when the case is over. Safe to repeat."""
    await tx.execute(WATCH, person_id, case_id, now)


async def watch_no_more(tx: Connection, person_id: int, case_id: int) -> None:
    """They need not be told any more."""
    await tx.execute(NO_MORE, person_id, case_id)


async def is_watching(connection: Connection, person_id: int, case_id: int) -> bool:
    """Are they to be told?"""
    found: bool = await connection.fetchval(IS_WATCHING, person_id, case_id)
    return found


async def tell(connection: Connection, kind: str, severity: str, now: datetime) -> int:
    """Tell whoever waited for a case that is closed now, once; how many."""
    count: int = await connection.fetchval(TELL, now, kind, severity)
    return count
