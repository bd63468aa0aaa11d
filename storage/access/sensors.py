"""What the sensors of a device say now, and those that an alarm is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.access import NotVisible
from storage.access.cases import VISIBLE
from storage.bands import BandRow, entered
from storage.database import Database
from storage.directory import Viewer
from storage.together import Column, Part


@dataclass(frozen=True)
class SensorLine:
    """The newest value of one metric (real time; None: it never spoke), and the cases that are open because of it.

    `since` is when it left its limits (measured), None while it is within them.
    """

    metric: str
    value: float | None
    at: datetime | None
    level: str
    no_data: bool
    alarm_number: str | None
    no_data_number: str | None
    since: datetime | None = None


@dataclass(frozen=True)
class DeviceSensors:
    """A device with its sensors, by metric, and the bands that were entered for it or its type."""

    device_id: int
    device_type: str
    lines: Sequence[SensorLine]
    bands: Sequence[BandRow]


DEVICE = """
SELECT d.type FROM device d JOIN organisation o ON o.id = d.organisation_id
 WHERE d.id = $2 AND o.path LIKE ANY($1::text[])
"""
LINES = """
SELECT r.metric, r.last_value AS value, r.last_at AS at, r.level, r.no_data,
       a.number AS alarm_number, n.number AS no_data_number, coalesce(r.warning_since, r.alarm_since) AS since
  FROM sensor_rule r
  LEFT JOIN work_case a ON a.id = r.alarm_id
  LEFT JOIN work_case n ON n.id = r.no_data_alarm_id
 WHERE r.device_id = $1 AND (r.last_at IS NOT NULL OR r.no_data)
 ORDER BY r.metric
"""
OF_ALARM = f"""
SELECT c.device_id, d.type, array_remove(ARRAY[al.metric, al.with_metric], NULL) AS metrics, c.id
  FROM work_case c JOIN alarm al ON al.case_id = c.id JOIN device d ON d.id = c.device_id
  JOIN organisation o ON o.id = c.organisation_id
 WHERE {VISIBLE} AND c.number = $4 AND c.closed_at IS NULL
"""
CONCERNED = f"""
SELECT l.* FROM ({LINES}) l JOIN sensor_rule s ON s.device_id = $1 AND s.metric = l.metric
 WHERE l.metric = ANY($2) OR $3 IN (s.alarm_id, s.no_data_alarm_id)
"""


async def of_device(db: Database, viewer: Viewer, device_id: int) -> DeviceSensors:
    """The sensors of a device; raises `NotVisible`."""
    async with db.connection() as connection:
        kind = await connection.fetchval(DEVICE, viewer.paths, device_id)
        if kind is None:
            raise NotVisible
        lines = [SensorLine(**dict(row)) for row in await connection.fetch(LINES, device_id)]
        return DeviceSensors(device_id, kind, lines, await entered(connection, [device_id], [kind]))


async def of_alarm(db: Database, viewer: Viewer, number: str) -> DeviceSensors:
    """The sensors that an open alarm is about; raises `NotVisible`, also when it was closed."""
    async with db.connection() as connection:
        who = (viewer.person_id, viewer.participant_id, viewer.paths)
        row = await connection.fetchrow(OF_ALARM, *who, number)
        if row is None:
            raise NotVisible
        device_id, kind = row["device_id"], row["type"]
        found = await connection.fetch(CONCERNED, device_id, row["metrics"], row["id"])
        lines = [SensorLine(**dict(line)) for line in found]
        return DeviceSensors(device_id, kind, lines, await entered(connection, [device_id], [kind]))


def lines_part(device_id: int | Column) -> Part:
    """The newest values of a device that was found to be in scope, as a part of a larger statement."""
    return Part(LINES, [device_id])
