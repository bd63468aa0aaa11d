"""The trail (审计): what was done, to cases and to anything else, as auditors and the histories of records read it.

Rows come from `audit` and `step`, as in the view `trail`, but each of the two is narrowed and cut off by itself
before they are put together: so a page costs the same with a million rows as with a thousand.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Database
from storage.directory import Viewer
from storage.paging import Cursor, Order, Page, Sort, Where, encoded
from storage.spans import EVER

SORTS = {"at": Sort("t.at", "timestamptz")}
MOST_COUNTED = 1000
HISTORY = 20
MOST_CHOICES = 500


@dataclass(frozen=True)
class TrailLine:
    """One thing that was done. `at` is real time; `before` and `after` hold what a write changed."""

    origin: str
    id: int
    at: datetime
    person_id: int | None
    person_name: str
    organisation_id: int
    organisation_name: str
    case_number: str | None
    door: str
    client: str
    action: str
    subject_kind: str
    subject_id: int | None
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Unit:
    """An organisation to choose."""

    id: int
    name: str
    kind: str


@dataclass(frozen=True)
class Wanted:
    """Which rows; None: any. `words` stand in who did it or in what it was done to; `until` is not in it any more.

    `person` did it or had it done to them; `device` is a record or the device of a case.
    """

    words: str = ""
    kind: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    unit: int | None = None
    person: int | None = None
    device: int | None = None
    case: str | None = None


# The last column tells rows of the two tables apart that have the same id.
AUDIT = """
SELECT 'audit' AS origin, a.id, a.at, a.person_id, coalesce(p.name, '') AS person_name, a.organisation_id,
       o.name AS organisation_name, c.number AS case_number, a.door, a.client, a.action, a.subject_kind, a.subject_id,
       a.subject, a.before, a.after, a.data, a.id * 2 AS key
  FROM audit a JOIN organisation o ON o.id = a.organisation_id
  LEFT JOIN person p ON p.id = a.person_id LEFT JOIN work_case c ON c.id = a.case_id
"""
STEP = """
SELECT 'step' AS origin, s.id, s.recorded_at AS at, s.person_id, s.actor_name AS person_name, c.organisation_id,
       o.name AS organisation_name, c.number AS case_number, s.door, s.client, c.workflow || '.' || s.action AS action,
       'case' AS subject_kind, s.case_id AS subject_id, c.number AS subject,
       jsonb_build_object('state', s.source) || coalesce(s.data->'before', '{}') AS before,
       jsonb_build_object('state', s.target) || coalesce(s.data->'after', '{}') AS after,
       '{}'::jsonb AS data, s.id * 2 + 1 AS key
  FROM step s JOIN work_case c ON c.id = s.case_id JOIN organisation o ON o.id = c.organisation_id
"""
# Where no case is named, each step's own is looked up: a plan that joins all cases reads all that ever were.
STEP_BY_STEP = STEP.replace(
    "JOIN work_case c ON c.id = s.case_id",
    "CROSS JOIN LATERAL (SELECT * FROM work_case w WHERE w.id = s.case_id OFFSET 0) c",
)


async def listed(
    db: Database, viewer: Viewer, roles: Iterable[str], wanted: Wanted, order: Order
) -> Page[TrailLine]:
    """A part of what was done below the organisations at which the viewer holds one of the roles."""
    patterns = viewer.paths_of(*roles)
    where = {"audit": _of_audit(patterns, wanted), "step": _of_step(patterns, wanted)}
    async with db.connection() as connection:
        step = STEP if wanted.case or wanted.device else STEP_BY_STEP
        statement, values = _statement(where, order, step)
        rows = [dict(row) for row in await connection.fetch(statement, *values)]
        total = await connection.fetchval(*_count(where, step)) if order.counted else 0
    more, shown = len(rows) > order.size, rows[: order.size]
    keys = [row.pop("key") for row in shown]
    following = encoded(order, Cursor(shown[-1]["at"].isoformat(), keys[-1])) if more else ""
    return Page([TrailLine(**row) for row in shown], total, following)


async def history(
    db: Database, viewer: Viewer, roles: Iterable[str], subject: tuple[str, int], most: int = HISTORY
) -> Sequence[TrailLine]:
    """What was done to one record (its kind and id), the latest first, as far as the viewer may read the trail."""
    kind, number = subject
    patterns = viewer.paths_of(*roles)
    rows = await db.fetch(
        f"{AUDIT} WHERE o.path LIKE ANY($1::text[]) AND a.subject_kind = $2 AND a.subject_id = $3 "
        "ORDER BY a.at DESC, a.id DESC LIMIT $4",
        patterns,
        kind,
        number,
        most,
    )
    return [TrailLine(**{name: v for name, v in row.items() if name != "key"}) for row in rows]


async def actions(
    db: Database, viewer: Viewer, roles: Iterable[str], since: datetime = EVER
) -> Sequence[str]:
    """The actions that audit rows of the viewer's organisations tell of since then; cases' own stand in the tables."""
    patterns = viewer.paths_of(*roles)
    # Jumps from one action to the next over an index, instead of reading every row.
    rows = await db.fetch(
        "WITH RECURSIVE known AS ((SELECT action FROM audit WHERE at >= $2 ORDER BY action LIMIT 1) UNION ALL "
        "SELECT (SELECT a.action FROM audit a WHERE a.action > k.action AND a.at >= $2 ORDER BY a.action LIMIT 1) "
        "FROM known k WHERE k.action IS NOT NULL) SELECT action FROM known "
        "WHERE EXISTS (SELECT FROM audit a WHERE a.action = known.action AND a.at >= $2 AND a.organisation_id = "
        "ANY(ARRAY(SELECT o.id FROM organisation o WHERE o.path LIKE ANY($1::text[]))))",
        patterns,
        since,
    )
    return [row["action"] for row in rows]


async def units(db: Database, viewer: Viewer, roles: Iterable[str]) -> Sequence[Unit]:
    """The organisations whose trail the viewer may read, departments only of one hospital."""
    patterns = viewer.paths_of(*roles)
    rows = await db.fetch(
        "SELECT id, name, kind FROM organisation WHERE path LIKE ANY($1::text[]) ORDER BY path LIMIT 2000",
        patterns,
    )
    found = [Unit(**dict(row)) for row in rows]
    above = [unit for unit in found if unit.kind != "department"]
    return (found if len(above) <= 1 else above)[:MOST_CHOICES]


def _scope(patterns: Sequence[str], wanted: Wanted, column: str) -> Where:
    inside = f"{column} = ANY(ARRAY(SELECT u.id FROM organisation u WHERE u.path LIKE ANY($1::text[])))"
    below = (
        f"{column} = ANY(ARRAY(SELECT u.id FROM organisation u WHERE starts_with(u.path, "
        "(SELECT top.path FROM organisation top WHERE top.id = {}))))"
    )
    return Where(inside, [list(patterns)]).also_if(below, wanted.unit).also_if("c.number = {}", wanted.case)


def _of_audit(patterns: Sequence[str], wanted: Wanted) -> Where:
    where = _scope(patterns, wanted, "a.organisation_id")
    where = where.also_if("a.at >= {}", wanted.since).also_if("a.at < {}", wanted.until)
    where = where.also_if("a.subject_kind = {}", wanted.kind).also_if("a.action = {}", wanted.action)
    if wanted.person is not None:
        theirs = "a.person_id = {0} OR (a.subject_kind = 'person' AND a.subject_id = {0})"
        where = where.also(theirs, wanted.person)
    if wanted.device is not None:
        of_cases = "a.case_id = ANY(ARRAY(SELECT id FROM work_case WHERE device_id = {0}))"
        its = f"(a.subject_kind = 'device' AND a.subject_id = {{0}}) OR {of_cases}"
        where = where.also(its, wanted.device)
    return _with_words(where, "concat_ws(' ', p.name, a.subject, a.client)", wanted.words)


def _of_step(patterns: Sequence[str], wanted: Wanted) -> Where:
    where = _scope(patterns, wanted, "c.organisation_id")
    where = where.also_if("s.recorded_at >= {}", wanted.since).also_if("s.recorded_at < {}", wanted.until)
    where = where.also_if("'case' = {}", wanted.kind).also_if("c.device_id = {}", wanted.device)
    if wanted.action is not None:
        workflow, _, action = wanted.action.partition(".")
        where = where.also("c.workflow = {} AND s.action = {}", workflow, action)
    where = where.also_if("s.person_id = {}", wanted.person)
    return _with_words(where, "concat_ws(' ', s.actor_name, c.number, s.client)", wanted.words)


def _with_words(where: Where, text: str, words: str) -> Where:
    """Every word stands in the text. Patterns, since they are several times faster than splitting each row."""
    for word in words.split():
        literal = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        where = where.also(f"{text} ILIKE {{}}", f"%{literal}%")
    return where


def _statement(where: Mapping[str, Where], order: Order, step: str) -> tuple[str, list[Any]]:
    """The next rows of each table by themselves, then the first of both together."""
    direction, beyond = ("DESC", "<") if order.descending else ("ASC", ">")
    parts, values = [], list[Any]()
    for select, table, at, key in (
        (AUDIT, "audit", "a.at", "a.id * 2"),
        (step, "step", "s.recorded_at", "s.id * 2 + 1"),
    ):
        part = where[table]
        if order.after is not None:
            place = f"{at} {beyond}= {{0}}::timestamptz AND ({at}, {key}) {beyond} ({{0}}::timestamptz, {{1}}::bigint)"
            part = part.also(place, order.after.value, order.after.key)
        tail = f"ORDER BY {at} {direction}, {key.split()[0]} {direction} LIMIT {order.size + 1}"
        parts.append(f"({select} WHERE {_moved(part, len(values))} {tail})")
        values += part.values
    both = f"SELECT * FROM ({' UNION ALL '.join(parts)}) t ORDER BY at {direction}, key {direction}"
    return f"{both} LIMIT {order.size + 1}", values


def _count(where: Mapping[str, Where], steps: str) -> tuple[Any, ...]:
    """How many there are, up to one more than is worth counting."""
    audit, step = where["audit"], where["step"]
    of_audit = f"{_source(AUDIT)} WHERE {audit.sql} LIMIT {MOST_COUNTED + 1}"
    of_step = f"{_source(steps)} WHERE {_moved(step, len(audit.values))} LIMIT {MOST_COUNTED + 1}"
    counted = f"SELECT least(count(*), {MOST_COUNTED + 1}) FROM ((SELECT {of_audit}) UNION ALL (SELECT {of_step})) t"
    return (counted, *audit.values, *step.values)


def _source(select: str) -> str:
    return select[select.index("  FROM") :]


def _moved(part: Where, by: int) -> str:
    """The conditions with their values numbered behind those of another part."""
    return re.sub(r"\$(\d+)", lambda place: f"${int(place[1]) + by}", part.sql)
