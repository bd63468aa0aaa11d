"""Inserts a case before its first step, numbers it, and gives people parts in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from storage.case_writer import NewPart
from storage.database import Connection, Record

NEW_CASE = """
WITH opened AS (
INSERT INTO work_case (number, workflow, definition_version, state, version, entered_version, entered_at,
                       organisation_id, device_id, parent_id, title, opened_at)
VALUES (left(gen_random_uuid()::text, 24), $1, $2, $3, 0, 0, $5, $4, $6, $8, $7, $5)
RETURNING id),
joined AS (
INSERT INTO participant (case_id, part, person_id, name, phone, email, language)
SELECT opened.id, $9, $10, $11, $12, $13, $14 FROM opened WHERE $9::varchar IS NOT NULL
RETURNING id)
SELECT opened.id, (SELECT id FROM joined) FROM opened
"""
# Six digits at least, and never cut: the millionth case has seven.
NUMBER = """
SELECT $1 || to_char($2 AT TIME ZONE 'Asia/Shanghai', 'YYYY') || '-' || lpad(n::text, greatest(6, length(n::text)), '0')
  FROM (SELECT nextval('case_number') AS n WHERE NOT EXISTS (SELECT FROM idempotency WHERE key = $3)) next
"""
TAKE_PART = """
WITH left_it AS (
  UPDATE participant SET ended_at = $7 WHERE case_id = $1 AND part = $2 AND ended_at IS NULL)
INSERT INTO participant (case_id, part, person_id, name, phone, email) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""


@dataclass(frozen=True)
class NewCase:
    """A case before its first step; `at` is business time."""

    workflow: str
    definition_version: int
    state: str
    organisation_id: int
    device_id: int | None
    title: str
    at: datetime
    parent_id: int | None = None


async def new_case(connection: Connection, new: NewCase, by: NewPart | None) -> tuple[int, int | None]:
    """Insert a case at version 0 without a number, to be followed by both in the same transaction.

    The ids of the case and of whoever takes a part in it from the beginning.
    """
    row = await connection.fetchrow(
        NEW_CASE,
        new.workflow,
        new.definition_version,
        new.state,
        new.organisation_id,
        new.at,
        new.device_id,
        new.title,
        new.parent_id,
        *((by.part, by.person_id, by.name, by.phone, by.email, by.language) if by else (None,) * 6),
    )
    case_id, participant_id = cast(Record, row)  # INSERT … RETURNING has a row or raises
    return case_id, participant_id


async def new_number(connection: Connection, prefix: str, at: datetime, key: str) -> str | None:
    """The number of a case that nothing refuses any more, like WX2026-000123; None: the key was answered before.

    Asked for last, so that a refused or repeated opening uses up no number. A number is still lost by a process that
    dies before its commit, by a value that turns out to be taken (a licence number), and by the slower of two requests
    with one key: PostgreSQL's sequences take nothing back, and a counter row that did would make every opening wait for
    the one before it.
    """
    number: str | None = await connection.fetchval(NUMBER, prefix, at, key)
    return number


async def take_part(connection: Connection, case_id: int, part: NewPart, at: datetime) -> int:
    """Give somebody a part in the case, which whoever had it leaves; the participant's id."""
    who = (part.part, part.person_id, part.name, part.phone, part.email)
    participant_id: int = await connection.fetchval(TAKE_PART, case_id, *who, at)
    return participant_id


async def join(connection: Connection, case_id: int, part: NewPart) -> int:
    """Give somebody a part in the case beside those who have it; the participant's id."""
    participant_id: int = await connection.fetchval(
        "INSERT INTO participant (case_id, part, person_id, name, phone, email, language) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        case_id,
        part.part,
        part.person_id,
        part.name,
        part.phone,
        part.email,
        part.language,
    )
    return participant_id
