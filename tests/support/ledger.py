"""What the database holds of all cases, and what must be true of it after whatever was asked."""

from storage.database import Database
from workflows.actor import Door
from workflows.definition import Workflow

TABLES = (
    "work_case",
    "repair",
    "step",
    "timer",
    "message",
    "participant",
    "attachment",
    "idempotency",
    "delivery",
)
EVERYTHING = " UNION ALL ".join(
    f"SELECT '{table}' AS name, count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') "
    f"AS content FROM {table} t"
    for table in TABLES
)
CASES = "SELECT * FROM work_case ORDER BY id"
STEPS = "SELECT * FROM step ORDER BY case_id, id"
# Timers that wait for a state that was left; messages of no step; messages to the same person twice.
WRONG = """
SELECT 'timer' AS what, t.id::text AS which FROM timer t JOIN work_case c ON c.id = t.case_id
 WHERE t.fired_at IS NULL AND (t.entered_version <> c.entered_version OR c.closed_at IS NOT NULL)
UNION ALL
SELECT 'stray message', m.id::text FROM message m WHERE NOT EXISTS (
  SELECT 1 FROM step s WHERE s.case_id = m.case_id AND s.version = m.case_version)
UNION ALL
SELECT 'told twice', min(kind) FROM message
 GROUP BY case_id, case_version, kind, person_id, participant_id, lane HAVING count(*) > 1
"""

OWN_DECISIONS = """
SELECT decided.case_id, decided.action, decided.actor_name FROM step decided
  JOIN step asked ON asked.case_id = decided.case_id AND asked.person_id = decided.person_id AND asked.id < decided.id
 WHERE decided.action IN ('approve', 'reject') AND asked.action IN ('report', 'triage', 'estimate')
"""


async def everything(db: Database) -> dict[str, str]:
    """Number and digest of the rows of every table that a case has to do with."""
    return {row["name"]: row["content"] for row in await db.fetch(EVERYTHING)}


async def changed(db: Database, before: dict[str, str]) -> set[str]:
    """The tables that differ from what they were."""
    after = await everything(db)
    return {name for name in TABLES if after[name] != before[name]}


async def histories_follow_the_table(db: Database, workflow: Workflow) -> None:
    """Each version is exactly one step, each step a move of the table, and the case is where they lead."""
    allowed = {(m.action, m.source, str(m.target or m.source)) for m in workflow.moves}
    reminded = {d.state for d in workflow.deadlines}
    steps, cases = await db.fetch(STEPS), await db.fetch(CASES)
    for case in cases:
        mine = [step for step in steps if step["case_id"] == case["id"]]
        assert [s["version"] for s in mine] == list(range(1, case["version"] + 1))
        by_people = [s for s in mine if s["door"] != Door.SYSTEM]
        assert {(s["action"], s["source"], s["target"]) for s in by_people} <= allowed
        by_itself = [s for s in mine if s["door"] == Door.SYSTEM]
        assert all(s["source"] == s["target"] and s["source"] in reminded for s in by_itself)
        assert [s["source"] for s in mine] == [None, *(s["target"] for s in mine[:-1])]
        assert case["state"] == mine[-1]["target"]
        assert case["entered_version"] == max(s["version"] for s in mine if s["entered"])
        assert (case["closed_at"] is not None) == (case["state"] in workflow.final)
        assert [s["at"] for s in mine] == sorted(s["at"] for s in mine)
    assert {s["case_id"] for s in steps} == {c["id"] for c in cases}


async def nobody_decides_on_their_own(db: Database) -> None:
    """Written down apart from the table: who reported or asked for money neither grants nor refuses it."""
    assert [tuple(row) for row in await db.fetch(OWN_DECISIONS)] == []


async def timers_and_messages_belong_to_steps(db: Database) -> None:
    """Only the present state's timers wait; every message comes from one step, and once to each recipient."""
    assert [tuple(row) for row in await db.fetch(WRONG)] == []
