"""The sealed patient's fields of an adverse event, and who looked at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.access import NotVisible
from storage.access.cases import VISIBLE
from storage.database import Connection, Database
from storage.directory import Viewer


@dataclass(frozen=True)
class SealedPatient:
    """What is kept of the patient. `path` is the case's organisation, `hospital_path` that of its hospital."""

    case_id: int
    path: str
    hospital_path: str | None
    sealed: Mapping[str, Any]


@dataclass(frozen=True)
class LookLine:
    """One look (real time)."""

    at: datetime
    name: str
    door: str
    client: str
    fields: Sequence[str]


PATIENT = f"""
SELECT c.id AS case_id, o.path, x.sealed,
       (SELECT h.path FROM organisation h WHERE h.kind = 'hospital' AND starts_with(o.path, h.path)
         ORDER BY length(h.path) DESC LIMIT 1) AS hospital_path
  FROM work_case c JOIN organisation o ON o.id = c.organisation_id JOIN adverse_event x ON x.case_id = c.id
 WHERE {VISIBLE} AND c.number = $4
"""
LOOKS = """
SELECT a.at, p.name, a.door, a.client, a.data->'fields' AS fields
  FROM audit a JOIN person p ON p.id = a.person_id WHERE a.case_id = $1 AND a.action = $2 ORDER BY a.at DESC, a.id DESC
"""


async def patient(connection: Connection, viewer: Viewer, number: str) -> SealedPatient:
    """What is kept of the patient of an event that the viewer sees; raises `NotVisible`."""
    row = await connection.fetchrow(PATIENT, viewer.person_id, viewer.participant_id, viewer.paths, number)
    if row is None:
        raise NotVisible
    return SealedPatient(**dict(row))


async def looks(db: Database, viewer: Viewer, number: str, action: str) -> Sequence[LookLine]:
    """Who looked, the latest first; raises `NotVisible`."""
    async with db.connection() as connection:
        found = await patient(connection, viewer, number)
        rows = await connection.fetch(LOOKS, found.case_id, action)
    return [LookLine(**dict(row)) for row in rows]
