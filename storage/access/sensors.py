"""What the sensors of a device say now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.access import NotVisible
from storage.bands import BandRow, entered
from storage.database import Database
from storage.directory import Viewer
from storage.together import Column, Part


@dataclass(frozen=True)
class SensorLine:
    """The newest value of one metric (real time), and the cases that are open because of it."""

    metric: str
    value: float | None
    at: datetime
    level: str
    no_data: bool
    alarm_number: str | None
    no_data_number: str | None


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
       a.number AS alarm_number, n.number AS no_data_number
  FROM sensor_rule r
  LEFT JOIN work_case a ON a.id = r.alarm_id
  LEFT JOIN work_case n ON n.id = r.no_data_alarm_id
 WHERE r.device_id = $1 AND r.last_at IS NOT NULL
 ORDER BY r.metric
"""


async def of_device(db: Database, viewer: Viewer, device_id: int) -> DeviceSensors:
    """The sensors of a device; raises `NotVisible`."""
    async with db.connection() as connection:
        kind = await connection.fetchval(DEVICE, viewer.paths, device_id)
        if kind is None:
            raise NotVisible
        lines = [SensorLine(**dict(row)) for row in await connection.fetch(LINES, device_id)]
        return DeviceSensors(device_id, kind, lines, await entered(connection, [device_id], [kind]))


def lines_part(device_id: int | Column) -> Part:
    """The newest values of a device that was found to be in scope, as a part of a larger statement."""
    return Part(LINES, [device_id])
