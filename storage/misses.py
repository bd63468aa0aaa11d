"""What the escalation auditor found, kept once each; messages that reached nobody; who hears of it. Real times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage import spans
from storage.database import Connection, Database
from storage.reach import LATELY, contact_works, holds_now


class What(StrEnum):
    """How a promise was not kept."""

    MISSING = "missing"
    """It has not happened yet."""
    MISSED = "missed"
    """It did not happen while there was time."""
    LATE = "late"
    NOBODY = "nobody"
    """It happened, and there was nobody to be told."""
    UNTOLD = "untold"
    """A message that no provider took."""
    UNCLEAR = "unclear"
    """It cannot be reckoned what was promised."""


@dataclass(frozen=True)
class Miss:
    """One promise that was not kept."""

    case_id: int
    what: What
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
    what: What
    rule: str
    rung: int
    due_at: datetime


@dataclass(frozen=True)
class HearersWay:
    """An address at an account of a kind."""

    account_id: int
    kind: str
    address: str


@dataclass(frozen=True)
class Hearer:
    """Somebody with their language, and the ways to them, in the order in which they are tried."""

    person_id: int
    language: str
    ways: tuple[HearersWay, ...]


@dataclass(frozen=True)
class Round:
    """Where the auditor stands."""

    ended_at: datetime
    passed_at: datetime | None
    after_case: int
    cases: int
    promises: int


# What never came is none besides what had been missing.
KEEP = """
INSERT INTO promise_miss (case_id, what, rule, rung, due_at, found_at)
SELECT m.*, $6 FROM unnest($1::bigint[], $2::varchar[], $3::varchar[], $4::int[], $5::timestamptz[])
                    AS m(case_id, what, rule, rung, due_at)
 WHERE m.what <> 'missed' OR NOT EXISTS (
   SELECT FROM promise_miss x WHERE x.case_id = m.case_id AND x.what = 'missing'
      AND (x.rule, x.rung, x.due_at) = (m.rule, m.rung, m.due_at))
ON CONFLICT (case_id, what, rule, rung, due_at) DO UPDATE SET made_up_at = NULL
 WHERE promise_miss.made_up_at IS NOT NULL AND promise_miss.what IN ('missing', 'unclear', 'untold')
RETURNING xmax = 0 AS is_new
"""
# What was missing among the cases that were just seen, and is not any more.
MADE_UP = """
UPDATE promise_miss SET made_up_at = $2
 WHERE made_up_at IS NULL AND what IN ('missing', 'unclear') AND case_id = ANY($1)
   AND (case_id, what, rule, rung, due_at) NOT IN (
       SELECT * FROM unnest($3::bigint[], $4::varchar[], $5::varchar[], $6::int[], $7::timestamptz[]))
"""
PAST = """
UPDATE promise_miss SET made_up_at = $1
 WHERE made_up_at IS NULL AND what IN ('missed', 'late', 'nobody') AND found_at < $1::timestamptz - interval '1 day'
"""
# By the ledger and not by the message's state: has any provider taken it, or did the person take note otherwise? What
# was told along with others was told if the message that tells of them was. What is held is late from its hour on.
# A reminder that waits for a morning has become a message on the next one.
UNTOLD = """
SELECT DISTINCT m.case_id, m.kind, m.created_at
  FROM (SELECT q.*, q.id AS told_by, q.held AS waits, q.due_at AS until FROM message q
         WHERE q.state = 'queued' OR q.state = 'dead'
         UNION ALL
        SELECT b.*, t.id, t.held, t.due_at FROM message t JOIN message b ON b.bundle_id = t.id AND b.state = 'bundled'
         WHERE (t.state = 'queued' OR t.state = 'dead') AND t.created_at > $5 AND t.acknowledged_at IS NULL) m
  JOIN work_case c ON c.id = m.case_id
  CROSS JOIN LATERAL (SELECT $2::timestamptz - make_interval(secs =>
         ($4::float8[])[array_position($3::varchar[], coalesce(m.severity, 'info'))]) AS latest) allowed
 WHERE m.created_at > $1 AND m.created_at <= allowed.latest AND (m.waits = '' OR m.until <= allowed.latest)
   AND m.acknowledged_at IS NULL AND (m.valid_while IS NULL OR m.valid_while = c.entered_version)
   AND NOT EXISTS (SELECT 1 FROM delivery d
                    WHERE d.message_id = m.told_by AND d.created_at > $5 AND d.state = 'accepted')
UNION
SELECT r.case_id, r.kind, r.created_at FROM morning_reminder r JOIN work_case c ON c.id = r.case_id
 WHERE r.created_at <= $2::timestamptz - interval '26 hours'
   AND (r.valid_while IS NULL OR r.valid_while = c.entered_version)
   AND NOT EXISTS (SELECT FROM mute WHERE mute.person_id = r.person_id AND mute.case_id = r.case_id
                      AND mute.ended_at IS NULL AND mute.until > $2)
"""
TOLD_AFTER_ALL = """
UPDATE promise_miss SET made_up_at = $1 WHERE made_up_at IS NULL AND what = 'untold'
   AND (case_id, rule, due_at) NOT IN (SELECT * FROM unnest($2::bigint[], $3::varchar[], $4::timestamptz[]))
"""
TO_TELL = """
SELECT x.id, c.number, c.workflow, c.organisation_id, o.path, x.what, x.rule, x.rung, x.due_at
  FROM promise_miss x JOIN work_case c ON c.id = x.case_id JOIN organisation o ON o.id = c.organisation_id
 WHERE x.told_at IS NULL AND NOT EXISTS (SELECT FROM promise_miss WHERE told_at > $2)
 ORDER BY o.path, x.id LIMIT $1
"""
# Who holds the role for the organisation, the nearest first, and the ways to each: mail first, phones that ring last.
HEARERS = f"""
SELECT p.id AS person_id, coalesce(p.language, '') AS language, cp.account_id, a.kind, cp.address
  FROM (SELECT post.person_id, max(length(at.path)) AS depth
          FROM post JOIN organisation at ON at.id = post.organisation_id AND starts_with($1, at.path)
         WHERE post.role = $2 AND {holds_now("post", "$3")} GROUP BY 1) held
  JOIN person p ON p.id = held.person_id AND p.active
  JOIN contact_point cp ON cp.person_id = p.id
  JOIN channel_account a ON a.id = cp.account_id AND {contact_works("cp", "a", "$4")}
 ORDER BY held.depth DESC, p.id, a.kind <> 'email', a.kind LIKE '%voice', cp.rank, cp.id LIMIT 60
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


async def keep(tx: Connection, seen: Sequence[int], found: Sequence[Miss], now: datetime) -> int:
    """Keep what is new, and note what was made up for among the cases that were seen; how many are new."""
    new = await _keep(tx, found, now)
    still = [miss for miss in found if miss.what in (What.MISSING, What.UNCLEAR)]
    await tx.execute(MADE_UP, seen, now, *_columns(still))
    return new


async def keep_untold(tx: Connection, found: Sequence[Miss], now: datetime) -> int:
    """The same for messages, of which all that are untold were found."""
    new = await _keep(tx, found, now)
    cases, _, kinds, _, written = _columns(found)
    await tx.execute(TOLD_AFTER_ALL, now, cases, kinds, written)
    return new


async def _keep(tx: Connection, found: Sequence[Miss], now: datetime) -> int:
    """Each once, also where two stays of a case tell the same."""
    rows = await tx.fetch(KEEP, *_columns(list(dict.fromkeys(found))), now)
    return sum(row["is_new"] for row in rows)


def _columns(found: Sequence[Miss]) -> tuple[list[int], list[str], list[str], list[int], list[datetime]]:
    return (
        [miss.case_id for miss in found],
        [miss.what for miss in found],
        [miss.rule for miss in found],
        [miss.rung for miss in found],
        [miss.due_at for miss in found],
    )


async def forget_what_is_past(tx: Connection, now: datetime) -> None:
    """What nobody can make up for counts for a day."""
    await tx.execute(PAST, now)


async def untold(
    tx: Connection, now: datetime, since: datetime, allowed: Mapping[str, timedelta]
) -> Sequence[Miss]:
    """Messages that no provider took within the time that their severity allows."""
    seconds = [span.total_seconds() for span in allowed.values()]
    rows = await tx.fetch(UNTOLD, since, now, list(allowed), seconds, spans.around(since))
    return [Miss(row["case_id"], What.UNTOLD, row["kind"], 0, row["created_at"]) for row in rows]


async def to_tell(db: Database, limit: int, quiet_since: datetime) -> Sequence[OpenMiss]:
    """Misses that nobody was told of yet, by organisation; none where somebody was told of any since then."""
    return [
        OpenMiss(**{**row, "what": What(row["what"])}) for row in await db.fetch(TO_TELL, limit, quiet_since)
    ]


async def hearers(db: Database, path: str, role: str, at: datetime, real: datetime) -> list[Hearer]:
    """Those who hold the role for an organisation at `at` (business time), and whom something reaches."""
    found: dict[tuple[int, str], list[HearersWay]] = {}
    for row in await db.fetch(HEARERS, path, role, at, real - LATELY):
        who = (row["person_id"], row["language"])
        found.setdefault(who, []).append(HearersWay(row["account_id"], row["kind"], row["address"]))
    return [Hearer(*who, tuple(ways)) for who, ways in found.items()]


async def told(db: Database, ids: Sequence[int], now: datetime) -> None:
    """Somebody was told of these."""
    await db.execute("UPDATE promise_miss SET told_at = $2 WHERE id = ANY($1)", list(ids), now)
