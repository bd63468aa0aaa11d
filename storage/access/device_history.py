"""What was done to a device's record, by whom: read from the trail, for those in whose scope the device lies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.access import devices
from storage.access.device_lists import UnitChoice
from storage.database import Database
from storage.directory import Viewer
from storage.together import Column, Part


@dataclass(frozen=True)
class HistoryLine:
    """One entry (real time): the fields that changed, before and after."""

    at: datetime
    person_name: str
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


LINES = """
SELECT * FROM (SELECT DISTINCT ON (date_trunc('second', at), action, before, after) at, person_name, action,
                      coalesce(before, '{}') AS before, coalesce(after, '{}') AS after
                 FROM trail
                WHERE subject_kind = 'device' AND subject_id = $1
                  AND (action LIKE 'device.%' OR action = 'labels.print')) once
 ORDER BY at DESC LIMIT $2
"""
LICENCE_CASE = """
SELECT c.number FROM licence l JOIN work_case c ON c.id = l.case_id JOIN organisation o ON o.id = c.organisation_id
 WHERE l.licence_number = $1 AND o.path LIKE ANY($2::text[]) ORDER BY c.id DESC LIMIT 1
"""


async def lines(db: Database, viewer: Viewer, device_id: int, *, limit: int = 50) -> Sequence[HistoryLine]:
    """The newest entries first; raises `NotVisible`. A move stands at both places, and is shown once."""
    await devices.record(db, viewer, device_id)
    part = lines_part(device_id, limit)
    return [HistoryLine(**dict(row)) for row in await db.fetch(part.sql, *part.values)]


def lines_part(device_id: int | Column, limit: int) -> Part:
    """The history of a device that was found to be in scope, as a part of a larger statement."""
    return Part(LINES, [device_id, limit])


async def places(db: Database, viewer: Viewer, roles: Iterable[str]) -> Sequence[UnitChoice]:
    """The active hospitals and departments for which the viewer holds one of the roles, in the tree's order."""
    rows = await db.fetch(
        "SELECT id, name, kind, path FROM organisation WHERE kind IN ('hospital', 'department') AND active "
        "AND path LIKE ANY($1::text[]) ORDER BY string_to_array(rtrim(path, '.'), '.')::bigint[] LIMIT 2000",
        viewer.paths_of(*roles),
    )
    return [UnitChoice(**dict(row)) for row in rows]


async def open_cases(db: Database, viewer: Viewer, device_id: int) -> Sequence[str]:
    """The numbers of all open cases of a device in scope, whoever may see them; raises `NotVisible`."""
    await devices.record(db, viewer, device_id)
    rows = await db.fetch(
        "SELECT number FROM work_case WHERE device_id = $1 AND closed_at IS NULL ORDER BY id", device_id
    )
    return [row["number"] for row in rows]


async def licence_case(db: Database, viewer: Viewer, licence_number: str | None) -> str:
    """The number of the case of the licence with that number; empty unless it lies in scope."""
    part = licence_case_part(viewer, licence_number)
    row = await db.fetchrow(part.sql, *part.values)
    return str(row["number"]) if row else ""


def licence_case_part(viewer: Viewer, licence_number: str | Column | None) -> Part:
    """The same as a part of a larger statement."""
    return Part(LICENCE_CASE, [licence_number, viewer.paths])
