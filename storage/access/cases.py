"""Cases: lists, the to-do list, and one case with its timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from storage.access import NotVisible
from storage.access.pressing import FIRST, LEVEL, STOPPED
from storage.database import Connection, Database
from storage.directory import Viewer
from storage.facts import Facts, load_facts
from storage.spans import Span
from storage.together import Column, Part


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. `due_at` is the next running deadline (business time).

    `level` 1 to 4 says how much it matters, where that is known; `stopped`: its fault stops the device.
    """

    id: int
    number: str
    workflow: str
    state: str
    title: str
    entered_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    device_id: int | None
    device_name: str | None
    device_number: str | None
    organisation_name: str
    due_at: datetime | None
    level: int | None = None
    stopped: bool = False


@dataclass(frozen=True)
class Duty:
    """In this state of this workflow, holders of a role (or those with a part) have something to do."""

    workflow: str
    state: str
    role: str | None
    part: str | None
    not_who_did: Sequence[str]
    not_the_reporter: bool
    tiers: Mapping[str, str] | None = None
    """For each class of a licence, the kind of organisation at which the role must be held."""


@dataclass(frozen=True)
class StepLine:
    """One line of the timeline. `data` is what was filled in."""

    version: int
    action: str
    source: str | None
    target: str
    actor_name: str
    door: str
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class DeliveryLine:
    """What was told to whom, on which channel, and what became of it (real times)."""

    message_id: int
    case_version: int
    kind: str
    variables: Mapping[str, Any]
    recipient: str
    message_state: str
    reason: str
    created_at: datetime
    channel: str | None
    state: str | None
    tries: int | None
    finished_at: datetime | None
    received_at: datetime | None
    opened_at: datetime | None
    acted_at: datetime | None
    recalled_at: datetime | None
    error_code: str | None
    error: str | None
    maybe_twice: bool | None
    receipt_unknown: bool | None = None

    @property
    def ended_at(self) -> datetime | None:
        """When it came as far as it came."""
        return self.acted_at or self.recalled_at or self.opened_at or self.received_at or self.finished_at


@dataclass(frozen=True)
class Photo:
    """An attached file."""

    public_key: str
    name: str
    version: int
    media_type: str


@dataclass(frozen=True)
class CasePage:
    """Everything about one case that its page shows."""

    facts: Facts
    steps: Sequence[StepLine]
    deliveries: Sequence[DeliveryLine]
    photos: Sequence[Photo]
    due_at: datetime | None


@dataclass(frozen=True)
class DetailTable:
    """Where a workflow keeps its own columns, and the policies it names with their defaults."""

    name: str
    policies: Mapping[str, Mapping[str, Any]]


DUE = "(SELECT min(t.due_at) FROM timer t WHERE t.case_id = c.id AND t.fired_at IS NULL)"
# The timers of a licence are reminders; what presses there is its time limit, to the end of that day.
PRESSES = f"""coalesce((SELECT (l.limit_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' FROM licence l
                         WHERE l.case_id = c.id), {DUE})"""
LINE = f"""
SELECT c.id, c.number, c.workflow, c.state, c.title, c.entered_at, c.opened_at, c.closed_at, c.device_id,
       d.name AS device_name, d.number AS device_number, o.name AS organisation_name, {DUE} AS due_at,
       {LEVEL} AS level, {STOPPED} AS stopped
  FROM work_case c JOIN organisation o ON o.id = c.organisation_id LEFT JOIN device d ON d.id = c.device_id
"""
# $1 person, $2 participant, $3 path patterns: the viewer has a grant above it, or a part in it.
VISIBLE = """(o.path LIKE ANY($3::text[]) OR EXISTS (
  SELECT 1 FROM participant p WHERE p.case_id = c.id AND p.ended_at IS NULL AND (p.person_id = $1 OR p.id = $2)))"""

TODO = f"""{LINE} WHERE c.closed_at IS NULL AND EXISTS (
  SELECT 1 FROM jsonb_to_recordset($2) AS duty(workflow text, state text, role text, part text,
                                               not_who_did jsonb, not_the_reporter boolean, tiers jsonb)
   WHERE duty.workflow = c.workflow AND duty.state = c.state
     AND (EXISTS (SELECT 1 FROM jsonb_to_recordset($3) AS held(role text, path text, kind text)
                   WHERE held.role = duty.role AND starts_with(o.path, held.path)
                     AND (duty.tiers IS NULL OR held.kind = (
                           SELECT duty.tiers->>l.category FROM licence l WHERE l.case_id = c.id)))
       OR EXISTS (SELECT 1 FROM participant p WHERE p.case_id = c.id AND p.ended_at IS NULL
                     AND p.part = duty.part AND p.person_id = ANY($5::bigint[])))
     AND NOT EXISTS (SELECT 1 FROM step s WHERE s.case_id = c.id AND s.person_id = $1
                        AND duty.not_who_did ? s.action)
     AND NOT (duty.not_the_reporter AND EXISTS (
       SELECT 1 FROM participant p WHERE p.case_id = c.id AND p.part = 'reporter' AND p.person_id = $1)))
 ORDER BY {FIRST}, {PRESSES} NULLS LAST, c.entered_at LIMIT $4
"""
STEPS = """SELECT version, action, source, target, actor_name, door, data, at FROM step
            WHERE case_id = $1 AND recorded_at BETWEEN $2 AND $3 ORDER BY id"""
DELIVERIES = """
SELECT m.id AS message_id, m.case_version, m.kind, m.variables, coalesce(p.name, part.name, a.name, '') AS recipient,
       m.state AS message_state, m.reason, m.created_at, d.channel, d.state, d.tries,
       d.finished_at, d.received_at, d.opened_at, d.acted_at, d.recalled_at, d.error_code, d.error, d.maybe_twice,
       d.receipt_unknown
  FROM message m
  LEFT JOIN person p ON p.id = m.person_id
  LEFT JOIN participant part ON part.id = m.participant_id
  LEFT JOIN channel_account a ON a.id = m.account_id
  LEFT JOIN delivery d ON d.message_id = m.id AND d.created_at BETWEEN $2 AND $3
 WHERE m.case_id = $1 AND m.created_at BETWEEN $2 AND $3 ORDER BY m.id, d.id
"""
PHOTOS = """SELECT a.public_key, a.name, a.version, f.media_type FROM attachment a
             JOIN stored_file f ON f.sha256 = a.file_id WHERE a.case_id = $1 ORDER BY a.id"""


async def todo(
    db: Database, viewer: Viewer, duties: Sequence[Duty], *, limit: int = 100
) -> Sequence[CaseLine]:
    """The open cases on which this person has something to do, the most urgent first."""
    held = [{"role": grant.role, "path": grant.path, "kind": grant.kind} for grant in viewer.grants]
    duties_of = [asdict(duty) for duty in duties]
    rows = await db.fetch(TODO, viewer.person_id, duties_of, held, limit, viewer.person_ids)
    return [CaseLine(**dict(row)) for row in rows]


async def visible(
    db: Database, viewer: Viewer, *, device_id: int | None = None, open_only: bool = True, limit: int = 100
) -> Sequence[CaseLine]:
    """Cases in scope, newest first."""
    part = visible_part(viewer, device_id, open_only=open_only, limit=limit)
    return [CaseLine(**dict(row)) for row in await db.fetch(part.sql, *part.values)]


def visible_part(
    viewer: Viewer, device_id: int | Column | None, *, open_only: bool, limit: int, closed_only: bool = False
) -> Part:
    """The same as a part of a larger statement."""
    of_device = "" if device_id is None else "AND c.device_id = $5"
    still_open = "AND c.closed_at IS NULL" if open_only else ""
    still_open = "AND c.closed_at IS NOT NULL" if closed_only else still_open
    who = [viewer.person_id, viewer.participant_id, viewer.paths]
    return Part(
        f"{LINE} WHERE {VISIBLE} {of_device} {still_open} ORDER BY c.id DESC LIMIT $4",
        [*who, limit] if device_id is None else [*who, limit, device_id],
    )


async def find(db: Database, viewer: Viewer, number: str) -> tuple[int, str]:
    """Id and workflow of the case with that number; raises `NotVisible`."""
    case_id, workflow, _ = await _found(db, viewer, number)
    return case_id, workflow


async def _found(db: Database, viewer: Viewer, number: str) -> tuple[int, str, Span]:
    row = await db.fetchrow(
        f"SELECT c.id, c.workflow, c.began_at, c.last_at, c.closed_at FROM work_case c "
        f"JOIN organisation o ON o.id = c.organisation_id "
        f"WHERE {VISIBLE} AND c.number = $4",
        viewer.person_id,
        viewer.participant_id,
        viewer.paths,
        number,
    )
    if row is None:
        raise NotVisible
    span = Span.of_case(row["began_at"], row["last_at"], closed=row["closed_at"] is not None)
    return row["id"], row["workflow"], span


async def page(
    db: Database, viewer: Viewer, number: str, details: Mapping[str, DetailTable], now: datetime
) -> CasePage:
    """One case with its timeline; raises `NotVisible`. `details` by workflow; `now` is business time."""
    case_id, workflow, span = await _found(db, viewer, number)
    detail = details[workflow]
    async with db.connection() as connection:
        facts = await load_facts(connection, case_id, detail.name, detail.policies, now, span)
        if facts is None:
            raise NotVisible
        return await _page(connection, facts)


async def _page(connection: Connection, facts: Facts) -> CasePage:
    case_id, of = facts.case_id, (facts.case_id, facts.span.since, facts.span.until)
    return CasePage(
        facts=facts,
        steps=[StepLine(**dict(row)) for row in await connection.fetch(STEPS, *of)],
        deliveries=[DeliveryLine(**dict(row)) for row in await connection.fetch(DELIVERIES, *of)],
        photos=[Photo(**dict(row)) for row in await connection.fetch(PHOTOS, case_id)],
        due_at=await connection.fetchval(
            "SELECT min(due_at) FROM timer WHERE case_id = $1 AND fired_at IS NULL", case_id
        ),
    )


async def by_link(db: Database, participant_id: int) -> tuple[Viewer, str]:
    """The participant whose follow-up link was opened, as viewer, and the case's number; raises `NotVisible`."""
    row = await db.fetchrow(
        "SELECT p.id, p.name, p.case_id, c.number FROM participant p JOIN work_case c ON c.id = p.case_id "
        "WHERE p.id = $1 AND p.person_id IS NULL AND p.ended_at IS NULL",
        participant_id,
    )
    if row is None:
        raise NotVisible
    return Viewer(row["name"], participant_id=row["id"], case_id=row["case_id"]), row["number"]
