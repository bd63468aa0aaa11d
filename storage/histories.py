"""Cases as their history tells them: what the escalation auditor reads instead of timers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Connection
from storage.spans import Span


@dataclass(frozen=True)
class Step:
    """One step. `at` is business time, `recorded_at` real time; `entered`: a state was entered (anew)."""

    version: int
    action: str
    source: str | None
    target: str
    entered: bool
    by_system: bool
    at: datetime
    recorded_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True)
class History:
    """One case with all its steps. `path` is where its organisation stands now."""

    case_id: int
    number: str
    workflow: str
    path: str
    began_at: datetime | None
    steps: Sequence[Step]
    definition_version: int = 1


# First which ones, and since when their histories go: that leads to the partitions of these.
TO_AUDIT = """
SELECT c.id, c.began_at FROM work_case c
 WHERE c.id IN (SELECT id FROM work_case WHERE closed_at IS NULL AND id > $1
                 UNION SELECT case_id FROM step WHERE recorded_at > $3 AND entered AND case_id > $1)
 ORDER BY c.id LIMIT $2
"""
HISTORIES = """
SELECT c.id AS case_id, c.number, c.workflow, o.path, c.began_at, c.definition_version,
       (SELECT jsonb_agg(jsonb_build_array(s.version, s.action, s.source, s.target, s.entered, s.door = 'system', s.at,
                                           s.recorded_at, s.data) ORDER BY s.id)
          FROM step s WHERE s.case_id = c.id AND s.recorded_at >= $2) AS steps
  FROM work_case c JOIN organisation o ON o.id = c.organisation_id
 WHERE c.id = ANY($1) ORDER BY c.id
"""


async def to_audit(tx: Connection, after: int, limit: int, since: datetime) -> Sequence[History]:
    """The next cases by their id: those that are open, and those that left a state since then (real time)."""
    found = await tx.fetch(TO_AUDIT, after, limit, since)
    if not found:
        return []
    began = min(Span.of_case(row["began_at"], None, closed=False).since for row in found)
    return [_history(dict(row)) for row in await tx.fetch(HISTORIES, [row["id"] for row in found], began)]


def _history(row: dict[str, Any]) -> History:
    return History(steps=[_step(step) for step in row.pop("steps") or ()], **row)


def _step(row: Sequence[Any]) -> Step:
    version, action, source, target, entered, by_system, at, recorded_at, data = row
    instants = datetime.fromisoformat(at), datetime.fromisoformat(recorded_at)
    return Step(version, action, source, target, entered, by_system, *instants, data)
