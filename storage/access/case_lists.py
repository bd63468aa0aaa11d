"""Lists of cases: by words, workflow, state and how much they matter, part by part."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.access.cases import DUE, VISIBLE, CaseLine
from storage.database import Database
from storage.directory import Viewer
from storage.paging import Listing, Order, Page, Sort, Where

# 1 to 4: blue, yellow, orange, red. A licence's colour depends on the day, and stands in its own list.
LEVEL = """CASE c.workflow
  WHEN 'repair' THEN CASE r.urgency WHEN 'critical' THEN 4 WHEN 'urgent' THEN 3 ELSE 1 END
  WHEN 'alarm' THEN CASE a.level WHEN 'alarm' THEN 4 ELSE 3 END
  WHEN 'adverse_event' THEN CASE e.grade WHEN 'I' THEN 4 WHEN 'II' THEN 3 WHEN 'III' THEN 2 ELSE 1 END
END"""
# The timers of a licence are reminders and no limits.
LIMIT = f"CASE WHEN c.workflow <> 'licence' THEN {DUE} END"
COLUMNS = f"""c.id, c.number, c.workflow, c.state, c.title, c.entered_at, c.opened_at, c.closed_at, c.device_id,
  d.name AS device_name, d.number AS device_number, o.name AS organisation_name, {LIMIT} AS due_at, {LEVEL} AS level"""
SOURCE = """work_case c JOIN organisation o ON o.id = c.organisation_id LEFT JOIN device d ON d.id = c.device_id
  LEFT JOIN repair r ON r.case_id = c.id LEFT JOIN alarm a ON a.case_id = c.id
  LEFT JOIN adverse_event e ON e.case_id = c.id"""
SORTS = {
    "opened": Sort("c.id", "bigint"),
    "title": Sort("c.title"),
    "state": Sort("c.state"),
    "level": Sort(LEVEL, "bigint"),
    "entered": Sort("c.entered_at", "timestamptz"),
    "due": Sort(LIMIT, "timestamptz"),
}
CASES = Listing(COLUMNS, SOURCE, "c.id", SORTS)
BELOW = "starts_with(o.path, (SELECT u.path FROM organisation u WHERE u.id = {}))"
MOST_UNITS = 200
UNITS = """
SELECT u.id, u.name, u.kind FROM organisation u WHERE u.path LIKE ANY($1::text[]) AND EXISTS (
  SELECT 1 FROM work_case c JOIN organisation o ON o.id = c.organisation_id WHERE starts_with(o.path, u.path))
 ORDER BY u.path
"""
WORDS = "concat_ws(' ', c.number, c.title, d.number, d.name, o.name)"


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
    """A part of the cases in scope; raises `DatabaseAway`."""
    where = (
        Where(VISIBLE, [viewer.person_id, viewer.participant_id, viewer.paths])
        .also_if("c.workflow = {}", wanted.workflow)
        .also_if("c.state = {}", wanted.state)
        .also_if(f"({LEVEL}) = {{}}", wanted.level)
        .also_if(BELOW, wanted.unit)
        .also_words(WORDS, wanted.words)
    )
    where = where if wanted.closed_too else where.also("c.closed_at IS NULL")
    return (await CASES.page(db, where, order)).of(lambda row: ListedCase(**row))


async def units(db: Database, viewer: Viewer) -> Sequence[tuple[int, str]]:
    """Id and name of the organisations in scope that have cases, there or below; of many no departments."""
    rows = await db.fetch(UNITS, viewer.paths)
    if len(rows) > MOST_UNITS:
        rows = [row for row in rows if row["kind"] != "department"]
    return [(row["id"], row["name"]) for row in rows[:MOST_UNITS]]
