"""Lists of cases: by number or words, workflow, state and how much they matter, part by part.

Nothing here grows with closed history that is not asked for, and what is asked for is bounded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from storage.access.cases import DUE, CaseLine
from storage.access.pressing import LEVEL
from storage.database import Database
from storage.directory import Viewer
from storage.paging import Listing, Order, Page, Sort, Where

# The timers of a licence are reminders and no limits.
LIMIT = f"CASE WHEN c.workflow <> 'licence' THEN {DUE} END"
COLUMNS = f"""c.id, c.number, c.workflow, c.state, c.title, c.entered_at, c.opened_at, c.closed_at, c.device_id,
  d.name AS device_name, d.number AS device_number, o.name AS organisation_name, {LIMIT} AS due_at, {LEVEL} AS level"""
NAMES = "JOIN organisation o ON o.id = c.organisation_id LEFT JOIN device d ON d.id = c.device_id"
SOURCE = f"work_case c {NAMES}"
SORTS = {
    "opened": Sort("c.id", "bigint", always=True),
    "title": Sort("c.title", always=True),
    "state": Sort("c.state", always=True),
    "level": Sort(LEVEL, "bigint"),
    "entered": Sort("c.entered_at", "timestamptz", always=True),
    "due": Sort(LIMIT, "timestamptz"),
}
MOST_COUNTED = 1000
MOST_SEARCHED = 10_000
"""Of closed ones as well, so many of the newest are looked through where no index leads to what is asked for."""
CASES = Listing(COLUMNS, SOURCE, "c.id", SORTS, MOST_COUNTED, lean="work_case c")
MOST_UNITS = 200
# Each organisation that has a case, found by one look into the index, and those above it by its path.
UNITS = """
WITH holding AS MATERIALIZED (
  SELECT o.path FROM organisation o CROSS JOIN LATERAL (
    SELECT c.id FROM work_case c WHERE c.organisation_id = o.id LIMIT 1) any_case
   WHERE o.path LIKE ANY($1::text[]))
SELECT u.id, u.name, u.kind FROM organisation u
 WHERE u.path LIKE ANY($1::text[])
   AND u.id IN (SELECT unnest(string_to_array(rtrim(path, '.'), '.')::bigint[]) FROM holding) ORDER BY u.path
"""
# $1 person, $2 participant, $3 path patterns. Of open ones each is asked for the viewer's part in it; of all, the parts
# that the viewer has or had lead to the cases.
IN_SCOPE = "c.organisation_id = ANY(ARRAY(SELECT u.id FROM organisation u WHERE u.path LIKE ANY($3::text[])))"
PART_IN_OPEN = """EXISTS (SELECT 1 FROM participant p WHERE p.case_id = c.id AND p.ended_at IS NULL
  AND (p.person_id = $1 OR p.id = $2))"""
PART_IN_ANY = """c.id = ANY(ARRAY(SELECT p.case_id FROM participant p
  WHERE p.ended_at IS NULL AND (p.person_id = $1 OR p.id = $2)))"""
BELOW = """c.organisation_id = ANY(ARRAY(SELECT o.id FROM organisation o
  WHERE starts_with(o.path, (SELECT u.path FROM organisation u WHERE u.id = {}))))"""
WORDS = "concat_ws(' ', c.number, c.title, d.number, d.name, o.name)"
NUMBER = re.compile(r"[A-Za-z]{2}\d{4}-\d+")
TAIL = re.compile(r"\d{3,}")


@dataclass(frozen=True)
class ListedCase(CaseLine):
    """A case in a list; `level` 1 to 4 says how much it matters, where that is known."""

    level: int | None


@dataclass(frozen=True)
class Wanted:
    """Which cases; None: any. Only open ones, unless closed ones are wanted as well. `unit`: there and below."""

    words: str = ""
    workflow: str | None = None
    state: str | None = None
    level: int | None = None
    closed_too: bool = False
    unit: int | None = None


async def listed(db: Database, viewer: Viewer, wanted: Wanted, order: Order) -> Page[ListedCase]:
    """A part of the cases in scope; raises `DatabaseAway`.

    Words that are a case's number find that one, closed or not, and the last digits of a number what ends so. Of
    closed ones as well, only the newest `MOST_SEARCHED` are looked through by words, by level, or in another order.
    """
    where = _where(viewer, wanted)
    if by_number := _numbered(viewer, wanted, where):
        found = await CASES.page(db, by_number, order)
        if found.rows or NUMBER.fullmatch(wanted.words.strip()):
            return found.of(lambda row: ListedCase(**row))
    listing = CASES
    if is_bounded(wanted, order.sort):
        newest = f"(SELECT * FROM work_case c WHERE {where.sql} ORDER BY c.id DESC LIMIT {MOST_SEARCHED}) c"
        # The conditions are inside; their values keep their places.
        listing, where = replace(CASES, lean=newest), Where("true", where.values)
    if wanted.words:
        listing = replace(listing, lean=f"{listing.lean} {NAMES}")
    where = where.also_if(f"({LEVEL}) = {{}}", wanted.level).also_words(WORDS, wanted.words)
    return (await listing.page(db, where, order)).of(lambda row: ListedCase(**row))


def is_bounded(wanted: Wanted, sort: str) -> bool:
    """Is that looked for among the newest cases only?"""
    return wanted.closed_too and bool(wanted.words or wanted.level or sort != "opened")


def _where(viewer: Viewer, wanted: Wanted) -> Where:
    """The conditions that an index leads to, or that are cheap along one."""
    mine = PART_IN_ANY if wanted.closed_too else PART_IN_OPEN
    where = Where(f"({IN_SCOPE} OR {mine})", [viewer.person_id, viewer.participant_id, viewer.paths])
    where = where if wanted.closed_too else where.also("c.closed_at IS NULL")
    return (
        where.also_if("c.workflow = {}", wanted.workflow)
        .also_if("c.state = {}", wanted.state)
        .also_if(BELOW, wanted.unit)
    )


def _numbered(viewer: Viewer, wanted: Wanted, where: Where) -> Where | None:
    """The case with that number, or those whose numbers end so; None for words that are neither."""
    words = wanted.words.strip()
    if NUMBER.fullmatch(words):
        return _where(viewer, replace(wanted, closed_too=True)).also("c.number = {}", words.upper())
    if TAIL.fullmatch(words):
        return where.also("reverse(c.number) LIKE {}", f"{words[::-1]}%")
    return None


async def units(db: Database, viewer: Viewer) -> Sequence[tuple[int, str]]:
    """Id and name of the organisations in scope that have cases, there or below; of many no departments."""
    rows = await db.fetch(UNITS, viewer.paths)
    if len(rows) > MOST_UNITS:
        rows = [row for row in rows if row["kind"] != "department"]
    return [(row["id"], row["name"]) for row in rows[:MOST_UNITS]]
