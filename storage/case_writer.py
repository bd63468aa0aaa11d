"""Writes one step of a case, whole, in one statement inside the engine's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.database import Connection
from storage.directory import PERSON, Viewer, viewer_from
from storage.outbox import due
from storage.spans import Span


@dataclass(frozen=True)
class NewAttachment:
    """A stored file to be attached by the step."""

    sha256: str
    name: str
    public_key: str


@dataclass(frozen=True)
class NewTimer:
    """A promise for a business time."""

    rule: str
    rung: int
    due_at: datetime
    entered_version: int
    """The version in which the state was entered that it is for."""


@dataclass(frozen=True)
class NewMessage:
    """An outbox row: one kind of message to one recipient."""

    kind: str
    person_id: int | None
    participant_id: int | None
    variables: Mapping[str, Any]
    valid_while: int | None
    severity: str
    gathers: bool = False
    """Does it wait for the one message of the morning?"""
    heard: bool = True
    """Is it told to groups and other systems as well?"""


@dataclass(frozen=True)
class NewPart:
    """Somebody takes a part."""

    part: str
    person_id: int | None
    name: str
    phone: str = ""
    email: str = ""
    language: str | None = None


@dataclass(frozen=True)
class StepRow:
    """The step itself."""

    action: str
    source: str | None
    target: str
    person_id: int | None
    participant_id: int | None
    actor_name: str
    door: str
    data: Mapping[str, Any]
    client: str = ""


@dataclass(frozen=True)
class Written:
    """Everything that one step writes. `entered`: the state is entered (anew), old timers are moot.

    `heard` are the variables of `STEP_KIND`, for listeners that hear of every step. `number` is given with the first
    step and never changes.
    """

    case_id: int
    version: int
    entered: bool
    closed: bool
    at: datetime
    recorded_at: datetime
    step: StepRow
    detail_table: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[NewPart] = ()
    timers: Sequence[NewTimer] = ()
    messages: Sequence[NewMessage] = ()
    attachments: Sequence[NewAttachment] = ()
    answer: tuple[str, str, Mapping[str, Any]] | None = None
    heard: Mapping[str, Any] = field(default_factory=dict)
    number: str | None = None


STEP_KIND = "case.step"
DUE_AT = due("m.severity", "$7")
# A listener hears each kind once, however many people are told, and a group once, whatever it listens to. What another
# system hears is a record, and so it is told that it was even when the case has moved on.
WRITE = """
WITH moved AS (
  UPDATE work_case SET state = $2, version = $3, number = coalesce($16, number),
         entered_version = CASE WHEN $4 THEN $3 ELSE entered_version END,
         entered_at = CASE WHEN $4 THEN $6 ELSE entered_at END,
         closed_at = CASE WHEN $5 THEN coalesce(closed_at, $6) END,
         began_at = CASE WHEN $3 = 1 THEN $7 ELSE began_at END,
         last_at = greatest($7, last_at + interval '1 microsecond')
   WHERE id = $1),
stepped AS (
  INSERT INTO step (case_id, version, action, source, target, person_id, participant_id, actor_name, door, data,
                    client, entered, at, recorded_at)
  SELECT $1, $3, s.action, s.source, s.target, s.person_id, s.participant_id, s.actor_name, s.door, s.data,
         s.client, $4, $6, $7
    FROM jsonb_to_record($8) AS s(action text, source text, target text, person_id bigint, participant_id bigint,
                                  actor_name text, door text, data jsonb, client text)),
moot AS (UPDATE timer SET fired_at = $6, outcome = 'moot' WHERE case_id = $1 AND fired_at IS NULL AND $4),
armed AS (
  INSERT INTO timer (case_id, rule, rung, entered_version, due_at)
  SELECT $1, t.rule, t.rung, t.entered_version, t.due_at
    FROM jsonb_to_recordset($9) AS t(rule text, rung int, due_at timestamptz, entered_version int)
  ON CONFLICT DO NOTHING),
told AS (
  INSERT INTO message (created_at, case_id, case_version, kind, person_id, participant_id, lane, variables,
                       valid_while, severity, next_at, due_at)
  SELECT $7, $1, $3, m.kind, m.person_id, m.participant_id,
         concat_ws('/', $1, CASE WHEN m.person_id IS NULL THEN 'link' END, coalesce(m.person_id, m.participant_id)),
         m.variables, m.valid_while, m.severity, $7, {due_at}
    FROM jsonb_to_recordset($10) AS m(kind text, person_id bigint, participant_id bigint,
                                      variables jsonb, valid_while int, severity text, gathers boolean)
   WHERE NOT m.gathers),
gathered AS (
  INSERT INTO morning_reminder (created_at, day, case_id, case_version, kind, severity, person_id, variables,
                                valid_while)
  SELECT $7, ($6 AT TIME ZONE 'Asia/Shanghai')::date, $1, $3, m.kind, m.severity, m.person_id, m.variables,
         m.valid_while
    FROM jsonb_to_recordset($10) AS m(kind text, person_id bigint, variables jsonb, valid_while int, severity text,
                                      gathers boolean)
   WHERE m.gathers),
heard AS (
  INSERT INTO message (created_at, case_id, case_version, kind, account_id, address, lane, variables, valid_while,
                       severity, next_at, due_at)
  SELECT DISTINCT ON (l.account_id, l.address, m.kind) $7::timestamptz, $1::bigint, $3::int, m.kind, l.account_id,
         l.address, concat_ws('/', $1, 'ear', l.account_id, nullif(l.address, '')), m.variables,
         CASE WHEN a.kind <> 'webhook' THEN m.valid_while END, m.severity, $7, {due_at}
    FROM listener l JOIN channel_account a ON a.id = l.account_id AND a.active
    JOIN work_case c ON c.id = $1 JOIN organisation o ON o.id = c.organisation_id
    JOIN (SELECT DISTINCT ON (t.kind) t.kind, t.variables, t.valid_while, t.severity
            FROM jsonb_to_recordset($10) AS t(kind text, variables jsonb, valid_while int, severity text, heard boolean)
           WHERE t.heard
           UNION ALL SELECT '{step_kind}', $15, NULL, 'info') m
      ON CASE m.kind WHEN '{step_kind}' THEN l.hears_steps ELSE l.severities ? m.severity END
   WHERE l.ended_at IS NULL AND l.organisation_id = ANY (string_to_array(rtrim(o.path, '.'), '.')::bigint[])
     AND (l.workflows = '[]' OR l.workflows ? c.workflow)
  RETURNING 1),
attached AS (
  INSERT INTO attachment (case_id, file_id, version, name, public_key)
  SELECT $1, a.sha256, $3, a.name, a.public_key
    FROM jsonb_to_recordset($11) AS a(sha256 text, name text, public_key text)),
answered AS (
  INSERT INTO idempotency (key, fingerprint, case_id, answer, recorded_at)
  SELECT $12, $13, $1, $14, $7 WHERE $12::varchar IS NOT NULL){detailed}
SELECT CASE WHEN jsonb_path_exists($10, '$[*] ? (@.gathers == false)') OR $4 OR EXISTS (SELECT FROM heard)
            THEN pg_notify('outbox', '') END,
       CASE WHEN jsonb_array_length($9) > 0 THEN pg_notify('timers', '') END
"""
# The workflow's own row: inserted with the first step, changed later. Names come from the workflow's code.
DETAIL_GIVEN = "(SELECT {columns} FROM jsonb_populate_record(NULL::{table}, $17)) g"
NEW_DETAIL = ", detailed AS (INSERT INTO {table} (case_id, {columns}) SELECT $1, g.* FROM {given})"
CHANGED_DETAIL = ", detailed AS (UPDATE {table} SET ({columns}) = ROW(g.*) FROM {given} WHERE case_id = $1)"
LOCK = f"""
SELECT c.workflow, c.began_at, to_jsonb(person) AS person FROM work_case c LEFT JOIN LATERAL ({PERSON}) person ON true
 WHERE c.id = $3 FOR UPDATE OF c
"""


@dataclass(frozen=True)
class Locked:
    """A case whose row is locked: the name of its workflow, the span of its history, and who wants to act."""

    workflow: str
    span: Span
    person: Viewer | None


async def lock_case(connection: Connection, case_id: int) -> Locked | None:
    """Lock the case's row until the end of the transaction."""
    return await lock_case_for(connection, case_id, None, None)


async def lock_case_for(
    connection: Connection, case_id: int, person_id: int | None, at: datetime | None
) -> Locked | None:
    """The same, with who wants to act: the active person of that id, with the grants that hold at `at` (business time).

    None when there is no such case.
    """
    row = await connection.fetchrow(LOCK, person_id, at, case_id)
    if row is None:
        return None
    person = viewer_from(row["person"]) if row["person"] else None
    return Locked(row["workflow"], Span.of_case(row["began_at"], None, closed=False), person)


async def write(connection: Connection, written: Written) -> None:
    """Write one step. The case's row must be locked."""
    key, fingerprint, answer = written.answer or (None, None, None)
    await connection.execute(
        WRITE.format(detailed=_detailed(written), step_kind=STEP_KIND, due_at=DUE_AT),
        written.case_id,
        written.step.target,
        written.version,
        written.entered,
        written.closed,
        written.at,
        written.recorded_at,
        # vars and not asdict: nothing in them is to be copied, and reminders come by the hundred.
        vars(written.step),
        [vars(timer) for timer in written.timers],
        [vars(message) for message in written.messages],
        [vars(attachment) for attachment in written.attachments],
        key,
        fingerprint,
        answer,
        dict(written.heard),
        written.number,
        *([dict(written.detail)] if written.detail else ()),
    )


def _detailed(written: Written) -> str:
    """The part of the statement that writes the workflow's own row, when the step writes anything there."""
    if not written.detail:
        return ""
    table, columns = written.detail_table, ", ".join(written.detail)
    given = DETAIL_GIVEN.format(table=table, columns=columns)
    template = NEW_DETAIL if written.version == 1 else CHANGED_DETAIL
    return template.format(table=table, columns=columns, given=given)


# Of a unique constraint over the workflow's own row; keys of answers are no columns that anybody fills in.
COLUMN = """
SELECT a.attname FROM pg_constraint c
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 WHERE c.conrelid = to_regclass($1) AND c.conname = $2 AND $1 <> 'idempotency'
"""


async def column_of(connection: Connection, table: str | None, constraint: str | None) -> str | None:
    """The (first) column of a unique constraint that was violated; None for the constraint on answers."""
    column: str | None = await connection.fetchval(COLUMN, table, constraint)
    return column


async def known_answer(connection: Connection, key: str) -> tuple[str, Mapping[str, Any]] | None:
    """Fingerprint and first answer of an idempotency key."""
    row = await connection.fetchrow("SELECT fingerprint, answer FROM idempotency WHERE key = $1", key)
    return (row["fingerprint"], row["answer"]) if row else None
