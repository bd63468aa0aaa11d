"""People whom nothing reaches although somebody counts on them, and the notice of it. Real times but for posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import spans
from storage.database import Connection

# Promises are timers of open cases below the post. A way works while its address did not refuse for good lately.
UNREACHABLE = """
SELECT p.id AS person_id, p.name, o.name AS organisation, o.path
  FROM person p JOIN post ON post.person_id = p.id AND post.role = ANY($1) AND post.starts_at <= $2
       AND (post.ends_at IS NULL OR post.ends_at > $2)
  JOIN organisation o ON o.id = post.organisation_id
 WHERE p.active
   AND EXISTS (SELECT FROM timer t JOIN work_case c ON c.id = t.case_id AND c.closed_at IS NULL
                 JOIN organisation place ON place.id = c.organisation_id AND starts_with(place.path, o.path)
                WHERE t.fired_at IS NULL)
   AND NOT EXISTS (
     SELECT FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id AND a.active
       LEFT JOIN LATERAL (
         SELECT d.state, d.verdict FROM delivery d
          WHERE d.account_id = cp.account_id AND d.address = cp.address AND d.created_at > $4 AND d.tried_at > $3
          ORDER BY d.tried_at DESC LIMIT 1) last ON true
      WHERE cp.person_id = p.id AND cp.ended_at IS NULL
        AND NOT coalesce(last.state = 'refused' AND last.verdict = 'permanent', false))
 ORDER BY o.path, p.name, p.id
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('notice of unreachable people', 0))"
TELL = """
INSERT INTO message (created_at, case_version, kind, severity, person_id, organisation_id, lane, variables, next_at)
SELECT $1, 0, $2::varchar, $3::varchar, p.id, p.organisation_id, 'unreachable/' || p.id, $5::jsonb, $1
  FROM person p WHERE p.id = $4
   AND NOT EXISTS (SELECT FROM message WHERE person_id = $4 AND kind = $2::varchar AND created_at >= $6)
RETURNING id
"""


@dataclass(frozen=True)
class Unreached:
    """Somebody whom nothing reaches, with a post of theirs."""

    person_id: int
    name: str
    organisation: str
    path: str


@dataclass(frozen=True)
class Notice:
    """What is told, at most once since `not_since`."""

    kind: str
    severity: str
    person_id: int
    variables: dict[str, object]
    not_since: datetime


async def unreachable(
    connection: Connection, roles: Sequence[str], at: datetime, lately: datetime
) -> list[Unreached]:
    """Holders of the roles at `at` (business time) on whom open cases count, without any way that works.

    Refusals since `lately` count.
    """
    rows = await connection.fetch(UNREACHABLE, list(roles), at, lately, spans.around(lately))
    return [Unreached(**dict(row)) for row in rows]


async def one_at_a_time(tx: Connection) -> None:
    """Let no other process tell at the same time; until the transaction ends."""
    await tx.execute(ONE_AT_A_TIME)


async def tell(tx: Connection, notice: Notice, now: datetime) -> bool:
    """Tell somebody; False when they were told already."""
    given = (notice.kind, notice.severity, notice.person_id, notice.variables, notice.not_since)
    if await tx.fetchval(TELL, now, *given) is None:
        return False
    await tx.execute("SELECT pg_notify('outbox', '')")
    return True
