"""Policies as administrators see them: what holds at an organisation, its history, and who below inherits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.access.organisations import record
from storage.database import Database
from storage.directory import Viewer
from storage.policy_values import in_force


@dataclass(frozen=True)
class Holding:
    """A version that holds at an organisation, and at which one (itself or above) it was set."""

    name: str
    value: Mapping[str, Any]
    source: str
    version: int
    valid_from: datetime
    organisation_id: int
    organisation_name: str


@dataclass(frozen=True)
class Version:
    """One version in an organisation's history. `overtaken`: a newer one holds in its place."""

    version: int
    value: Mapping[str, Any]
    source: str
    note: str
    valid_from: datetime
    set_by: str
    inherits: bool
    overtaken: bool


@dataclass(frozen=True)
class Unit:
    """An organisation below. `own`: it has set the policy itself."""

    id: int
    kind: str
    name: str
    path: str
    own: bool


@dataclass(frozen=True)
class OpenCase:
    """An open case with waiting timers."""

    id: int
    workflow: str
    began_at: datetime | None


HOLDING = f"""
SELECT DISTINCT ON (p.name) p.name, p.value, p.source, p.version, p.valid_from, p.organisation_id,
       o.name AS organisation_name
  FROM policy p JOIN organisation o ON o.id = p.organisation_id
 WHERE starts_with($1, o.path) AND {in_force("p", "$2")} AND ($3::varchar IS NULL OR p.name = $3)
   AND ($4::bigint IS NULL OR o.id <> $4)
 ORDER BY p.name, length(o.path) DESC
"""
HISTORY = """
SELECT p.version, p.value, p.source, p.note, p.valid_from, coalesce(s.name, '') AS set_by, p.inherits,
       EXISTS (SELECT 1 FROM policy newer WHERE newer.organisation_id = p.organisation_id AND newer.name = p.name
                AND newer.version > p.version AND newer.valid_from <= greatest(p.valid_from, $3)) AS overtaken
  FROM policy p LEFT JOIN person s ON s.id = p.set_by_id
 WHERE p.organisation_id = $1 AND p.name = $2 ORDER BY p.version DESC
"""
UNITS = f"""
SELECT o.id, o.kind, o.name, o.path, EXISTS (
         SELECT 1 FROM policy p WHERE p.organisation_id = o.id AND p.name = $2 AND {in_force("p", "$3")}) AS own
  FROM organisation o WHERE starts_with(o.path, $1) AND o.path <> $1 AND o.active ORDER BY o.path
"""
CASES = """
SELECT c.id, c.workflow, c.began_at FROM work_case c JOIN organisation o ON o.id = c.organisation_id
 WHERE c.closed_at IS NULL AND c.workflow = $2 AND starts_with(o.path, $1)
   AND NOT EXISTS (SELECT 1 FROM unnest($3::text[]) AS own(path) WHERE starts_with(o.path, own.path))
   AND EXISTS (SELECT 1 FROM timer t WHERE t.case_id = c.id AND t.fired_at IS NULL)
 ORDER BY c.id
"""


async def holding(
    db: Database, viewer: Viewer, role: str, organisation_id: int, at: datetime, *, above: bool = False
) -> Mapping[str, Holding]:
    """What was set and holds at an administered organisation at business time `at`, by name.

    `above`: as if the organisation itself had set nothing. Raises `NotVisible`.
    """
    known = await record(db, viewer, role, organisation_id)
    rows = await db.fetch(HOLDING, known.path, at, None, organisation_id if above else None)
    return {row["name"]: Holding(**dict(row)) for row in rows}


async def history(
    db: Database, viewer: Viewer, role: str, organisation_id: int, name: str, at: datetime
) -> Sequence[Version]:
    """Every version that an administered organisation has set, the newest first; raises `NotVisible`."""
    await record(db, viewer, role, organisation_id)
    return [Version(**dict(row)) for row in await db.fetch(HISTORY, organisation_id, name, at)]


async def below(
    db: Database, viewer: Viewer, role: str, organisation_id: int, name: str, at: datetime
) -> Sequence[Unit]:
    """Open organisations below an administered one, each with whether it has set the policy itself."""
    known = await record(db, viewer, role, organisation_id)
    return [Unit(**dict(row)) for row in await db.fetch(UNITS, known.path, name, at)]


async def open_cases(
    db: Database, viewer: Viewer, role: str, organisation_id: int, workflow: str, but: Sequence[str]
) -> Sequence[OpenCase]:
    """Open cases of a workflow with waiting timers at an administered organisation and below, but for some paths."""
    known = await record(db, viewer, role, organisation_id)
    rows = await db.fetch(CASES, known.path, workflow, list(but))
    return [OpenCase(**dict(row)) for row in rows]
