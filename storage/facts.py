"""All that is known of one case at one moment, in one query: what guards, buttons and messages look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.database import Connection
from storage.policy_values import in_force
from storage.spans import ANY_TIME, Span


@dataclass(frozen=True)
class PartHolder:
    """Somebody who has a part in the case. `deputy_id` is who is told while they are away."""

    id: int
    part: str
    name: str
    person_id: int | None
    email: str
    phone: str = ""
    deputy_id: int | None = None


@dataclass(frozen=True)
class PastStep:
    """One step of the history, as far as guards need it."""

    action: str
    version: int
    name: str
    person_id: int | None
    participant_id: int | None


@dataclass(frozen=True)
class Facts:
    """A case with its detail, device, parts, history and the policies that hold for its organisation."""

    case_id: int
    number: str
    workflow: str
    state: str
    version: int
    entered_version: int
    entered_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    title: str
    organisation_id: int
    organisation_name: str
    path: str
    device: Mapping[str, Any]
    detail: Mapping[str, Any]
    parts: tuple[PartHolder, ...]
    steps: tuple[PastStep, ...]
    now: datetime
    began_at: datetime | None = None
    """Real time; it leads to what the case wrote, with `last_at`: see `storage.spans`."""
    last_at: datetime | None = None
    policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fired: Mapping[tuple[str, int, datetime], datetime] = field(default_factory=dict)
    """Rule, rung and due time of what fired in this case, and when it did."""
    parent_number: str | None = None

    @property
    def span(self) -> Span:
        """The real time within which its steps, messages and deliveries lie."""
        return Span.of_case(self.began_at, self.last_at, closed=self.closed_at is not None)

    def with_part(self, part: str) -> list[PartHolder]:
        """Those who have this part now."""
        return [holder for holder in self.parts if holder.part == part]

    def last(self, *actions: str) -> PastStep | None:
        """The newest step with one of these actions (any action when none is given)."""
        return next((s for s in reversed(self.steps) if not actions or s.action in actions), None)


# {detail} is a table name from a workflow's definition, never from outside; {in_force} is below.
FACTS = """
SELECT c.id, c.number, c.workflow, c.state, c.version, c.entered_version, c.entered_at, c.opened_at, c.closed_at,
       c.title, c.organisation_id, o.name AS organisation_name, o.path, c.began_at, c.last_at,
       (SELECT parent.number FROM work_case parent WHERE parent.id = c.parent_id) AS parent_number,
       coalesce((SELECT to_jsonb(d) FROM device d WHERE d.id = c.device_id), '{{}}') AS device,
       coalesce((SELECT to_jsonb(x) FROM {detail} x WHERE x.case_id = c.id), '{{}}') AS detail,
       (SELECT coalesce(jsonb_agg(to_jsonb(p) || jsonb_build_object(
                 'deputy_id', nullif(present_for(p.person_id, $3), p.person_id)) ORDER BY p.id), '[]')
          FROM participant p
         WHERE p.case_id = c.id AND p.ended_at IS NULL) AS parts,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('action', s.action, 'version', s.version, 'name', s.actor_name,
               'person_id', s.person_id, 'participant_id', s.participant_id) ORDER BY s.id), '[]')
          FROM step s WHERE s.case_id = c.id AND s.recorded_at BETWEEN $4 AND $5) AS steps,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(t.rule, t.rung, t.due_at, t.fired_at)), '[]')
          FROM timer t WHERE t.case_id = c.id AND t.outcome = 'done') AS fired,
       (SELECT coalesce(jsonb_object_agg(newest.name, newest.value), '{{}}') FROM (
          SELECT DISTINCT ON (pol.name) pol.name, pol.value FROM policy pol
            JOIN organisation po ON po.id = pol.organisation_id
           WHERE starts_with(o.path, po.path) AND pol.name = ANY($2) AND {in_force}
           ORDER BY pol.name, length(po.path) DESC) newest) AS policies
  FROM work_case c JOIN organisation o ON o.id = c.organisation_id
 WHERE c.id = $1
"""
IN_FORCE = in_force("pol", "$3")


async def load_facts(
    connection: Connection,
    case_id: int,
    detail_table: str,
    defaults: Mapping[str, Mapping[str, Any]],
    now: datetime,
    span: Span = ANY_TIME,
) -> Facts | None:
    """The facts of a case at business time `now`; policies without a row take the given defaults.

    `span` is that of its steps (real time); without it every partition of the history is looked into.
    """
    row = await connection.fetchrow(
        FACTS.format(detail=detail_table, in_force=IN_FORCE),
        case_id,
        list(defaults),
        now,
        span.since,
        span.until,
    )
    if row is None:
        return None
    known = dict(row)
    return Facts(
        case_id=known.pop("id"),
        parts=tuple(_part(p) for p in known.pop("parts")),
        steps=tuple(PastStep(**s) for s in known.pop("steps")),
        fired=dict(_fired(*timer) for timer in known.pop("fired")),
        policies={**defaults, **known.pop("policies")},
        now=now,
        **known,
    )


def _fired(rule: str, rung: int, due_at: str, at: str) -> tuple[tuple[str, int, datetime], datetime]:
    return (rule, rung, datetime.fromisoformat(due_at)), datetime.fromisoformat(at)


def _part(row: Mapping[str, Any]) -> PartHolder:
    named = ("id", "part", "name", "person_id", "email", "phone", "deputy_id")
    return PartHolder(**{name: row[name] for name in named})
