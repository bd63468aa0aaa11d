"""What the escalation auditor found, kept once each; messages that reached nobody; who hears of it. Real times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Connection, Database


@dataclass(frozen=True)
class Miss:
    """One promise that was not kept. `what`: missing, late, nobody, untold."""

    case_id: int
    what: str
    rule: str
    rung: int
    due_at: datetime


@dataclass(frozen=True)
class OpenMiss:
    """A miss that nobody was told of yet."""

    id: int
    number: str
    workflow: str
    organisation_id: int
    path: str
    what: str
    rule: str
    rung: int
    due_at: datetime


@dataclass(frozen=True)
class Hearer:
    """Somebody's address at an account, and their language."""

    account_id: int
    address: str
    language: str


@dataclass(frozen=True)
class Round:
    """Where the auditor stands."""

    ended_at: datetime
    passed_at: datetime | None
    after_case: int
    cases: int
    promises: int


KEEP = """
INSERT INTO promise_miss (case_id, what, rule, rung, due_at, found_at)
SELECT m.*, $6 FROM unnest($1::bigint[], $2::varchar[], $3::varchar[], $4::int[], $5::timestamptz[]) m
ON CONFLICT DO NOTHING RETURNING id
"""
# What was missing among the cases that were just seen, and is not any more.
MADE_UP = """
UPDATE promise_miss SET made_up_at = $2 WHERE made_up_at IS NULL AND what = 'missing' AND case_id = ANY($1)
   AND (case_id, rule, rung, due_at) NOT IN (
       SELECT * FROM unnest($3::bigint[], $4::varchar[], $5::int[], $6::timestamptz[]))
"""
CLOSED = """
UPDATE promise_miss m SET made_up_at = $1 FROM work_case c
 WHERE m.made_up_at IS NULL AND m.what <> 'untold' AND c.id = m.case_id AND c.closed_at IS NOT NULL
"""
# By the ledger and not by the message's state: has any provider taken it, or did the person take note otherwise?
UNTOLD = """
SELECT m.case_id, m.kind, m.created_at FROM message m JOIN work_case c ON c.id = m.case_id
 WHERE m.created_at > $1 AND m.created_at <= $2::timestamptz - make_interval(secs =>
         ($4::float8[])[array_position($3::varchar[], coalesce(m.severity, 'info'))])
   AND m.state IN ('queued', 'dead') AND m.held = '' AND m.acknowledged_at IS NULL
   AND (m.valid_while IS NULL OR m.valid_while = c.entered_version)
   AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id AND d.state = 'accepted')
"""
TOLD_AFTER_ALL = """
UPDATE promise_miss x SET made_up_at = $1 WHERE x.made_up_at IS NULL AND x.what = 'untold' AND NOT EXISTS (
  SELECT 1 FROM message m JOIN work_case c ON c.id = m.case_id
   WHERE m.case_id = x.case_id AND m.kind = x.rule AND m.created_at = x.due_at AND m.state IN ('queued', 'dead')
     AND (m.valid_while IS NULL OR m.valid_while = c.entered_version))
"""
TO_TELL = """
SELECT x.id, c.number, c.workflow, c.organisation_id, o.path, x.what, x.rule, x.rung, x.due_at
  FROM promise_miss x JOIN work_case c ON c.id = x.case_id JOIN organisation o ON o.id = c.organisation_id
 WHERE x.told_at IS NULL ORDER BY o.path, x.id LIMIT $1
"""
# Mail addresses of those who hold the role for the organisation, with the account by which each is reached.
HEARERS = """
SELECT DISTINCT cp.account_id, cp.address, coalesce(p.language, '') AS language FROM post
  JOIN organisation at ON at.id = post.organisation_id AND starts_with($1, at.path)
  JOIN person p ON p.id = post.person_id AND p.active
  JOIN contact_point cp ON cp.person_id = p.id AND cp.ended_at IS NULL
  JOIN channel_account a ON a.id = cp.account_id AND a.active AND a.kind = $3
 WHERE post.role = $2 AND post.starts_at <= $4 AND (post.ends_at IS NULL OR post.ends_at > $4) LIMIT 20
"""
ROUND = """
INSERT INTO auditor_round (id, ended_at, passed_at, after_case, cases, promises) VALUES (1, $1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET ended_at = $1, passed_at = coalesce($2, auditor_round.passed_at), after_case = $3,
       cases = $4, promises = $5
"""


async def last_round(connection: Connection) -> Round | None:
    """Where the auditor stood at the end of its last round, in whichever process."""
    row = await connection.fetchrow(
        "SELECT ended_at, passed_at, after_case, cases, promises FROM auditor_round"
    )
    return Round(**dict(row)) if row else None


async def end_round(tx: Connection, round_: Round) -> None:
    """Note where it stands now."""
    to = round_
    await tx.execute(ROUND, to.ended_at, to.passed_at, to.after_case, to.cases, to.promises)


async def keep(tx: Connection, seen: Sequence[int], misses: Sequence[Miss], now: datetime) -> int:
    """Keep what is new, and note what was made up for among the cases that were seen; how many are new."""
    new = await tx.fetch(
        KEEP,
        [m.case_id for m in misses],
        [m.what for m in misses],
        [m.rule for m in misses],
        [m.rung for m in misses],
        [m.due_at for m in misses],
        now,
    )
    still = [m for m in misses if m.what == "missing"]
    await tx.execute(
        MADE_UP,
        seen,
        now,
        [m.case_id for m in still],
        [m.rule for m in still],
        [m.rung for m in still],
        [m.due_at for m in still],
    )
    return len(new)


async def forget_what_is_over(tx: Connection, now: datetime) -> None:
    """Of closed cases nothing is missing any more; of messages that arrived after all neither."""
    await tx.execute(CLOSED, now)
    await tx.execute(TOLD_AFTER_ALL, now)


async def untold(
    tx: Connection, now: datetime, since: datetime, allowed: Mapping[str, timedelta]
) -> Sequence[Miss]:
    """Messages that no provider took within the time that their severity allows."""
    seconds = [span.total_seconds() for span in allowed.values()]
    rows = await tx.fetch(UNTOLD, since, now, list(allowed), seconds)
    return [Miss(row["case_id"], "untold", row["kind"], 0, row["created_at"]) for row in rows]


async def to_tell(db: Database, limit: int) -> Sequence[OpenMiss]:
    """Misses that nobody was told of yet, by organisation."""
    return [OpenMiss(**dict(row)) for row in await db.fetch(TO_TELL, limit)]


async def hearers(db: Database, path: str, role: str, kind: str, at: datetime) -> list[Hearer]:
    """Those who hold the role for an organisation, on that kind of channel."""
    return [Hearer(*row) for row in await db.fetch(HEARERS, path, role, kind, at)]


async def told(db: Database, ids: Sequence[int], now: datetime) -> None:
    """Somebody was told of these."""
    await db.execute("UPDATE promise_miss SET told_at = $2 WHERE id = ANY($1)", list(ids), now)
