"""Open cases as their history tells them: what the escalation auditor reads instead of timers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Connection
from storage.policy_values import in_force


@dataclass(frozen=True)
class Told:
    """A step that the system took: of which rule and rung, when that was due, when it came, and how many were told."""

    version: int
    action: str
    rule: str
    rung: int
    due_at: datetime
    at: datetime
    told: int


@dataclass(frozen=True)
class Held:
    """A policy's value at the organisation of the case, and since when it holds there."""

    value: Mapping[str, Any]
    since: datetime


@dataclass(frozen=True)
class History:
    """One open case. `state` was entered with the step of `entered_version`, at `entered_at` (business time)."""

    case_id: int
    number: str
    workflow: str
    organisation_id: int
    state: str
    entered_version: int
    entered_at: datetime
    told: Sequence[Told]
    policies: Mapping[str, Held]


HISTORIES = f"""
SELECT c.id AS case_id, c.number, c.workflow, c.organisation_id, entry.target AS state,
       entry.version AS entered_version, entry.at AS entered_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(s.version, s.action, s.data->>'rule', s.data->'rung',
                                                    s.data->>'due_at', s.at, s.data->'told') ORDER BY s.id), '[]')
          FROM step s WHERE s.case_id = c.id AND s.door = 'system' AND s.data ? 'rung') AS told,
       (SELECT coalesce(jsonb_object_agg(held.name, jsonb_build_array(held.value, held.valid_from)), '{{}}') FROM (
          SELECT DISTINCT ON (p.name) p.name, p.value, p.valid_from FROM policy p
            JOIN organisation po ON po.id = p.organisation_id
           WHERE starts_with(o.path, po.path) AND {in_force("p", "$3")}
           ORDER BY p.name, length(po.path) DESC) held) AS policies
  FROM work_case c JOIN organisation o ON o.id = c.organisation_id
  JOIN LATERAL (SELECT s.target, s.version, s.at FROM step s WHERE s.case_id = c.id AND s.entered
                 ORDER BY s.id DESC LIMIT 1) entry ON true
 WHERE c.id > $1 AND c.closed_at IS NULL ORDER BY c.id LIMIT $2
"""


async def open_cases(tx: Connection, after: int, limit: int, business_now: datetime) -> Sequence[History]:
    """The next open cases by their id."""
    return [_history(dict(row)) for row in await tx.fetch(HISTORIES, after, limit, business_now)]


def _history(row: dict[str, Any]) -> History:
    told = [_told(*step) for step in row.pop("told")]
    policies = {name: Held(value, _at(since)) for name, (value, since) in row.pop("policies").items()}
    return History(told=told, policies=policies, **row)


def _told(version: int, action: str, rule: str, rung: int, due_at: str, at: str, told: int | None) -> Told:
    return Told(version, action, rule, rung, _at(due_at), _at(at), told or 0)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
