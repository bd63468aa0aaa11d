"""Everything that hangs on a device and its page shows, in one query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from storage import bands, together
from storage.access import NotVisible, cases, device_files, device_history, sensors
from storage.access.cases import CaseLine
from storage.access.device_files import DeviceFile
from storage.access.device_history import HistoryLine
from storage.access.devices import DeviceRecord
from storage.access.sensors import DeviceSensors, SensorLine
from storage.database import Database
from storage.directory import Viewer

CASES, FILES = TypeAdapter(list[CaseLine]), TypeAdapter(list[DeviceFile])
HISTORY, SENSORS = TypeAdapter(list[HistoryLine]), TypeAdapter(list[SensorLine])
ROWS = TypeAdapter(list[dict[str, Any]])


@dataclass(frozen=True)
class DevicePage:
    """Open cases, the newest of the record's history, files, the licence's case (or empty) and the sensors."""

    cases: Sequence[CaseLine]
    history: Sequence[HistoryLine]
    files: Sequence[DeviceFile]
    licence_case: str
    sensors: DeviceSensors


async def page(
    db: Database, viewer: Viewer, device: DeviceRecord, keepers: Iterable[str], history: int
) -> DevicePage:
    """What the page of a device shows beside its record; raises `NotVisible`.

    Contracts are for holders of the roles `keepers` alone; `history` is how many of its entries are wanted.
    """
    parts = {
        "cases": cases.visible_part(viewer, device.id, open_only=True, limit=100),
        "history": device_history.lines_part(device.id, history),
        "files": device_files.listed_part(viewer, device.id, keepers),
        "licence": device_history.licence_case_part(viewer, device.licence_number),
        "lines": sensors.lines_part(device.id),
        "bands": bands.entered_part([device.id], [device.type]),
    }
    columns, values = together.columns(parts, 2)
    row = await db.fetchrow(
        f"SELECT {columns} FROM device d JOIN organisation o ON o.id = d.organisation_id "
        "WHERE d.id = $1 AND o.path LIKE ANY($2::text[])",
        device.id,
        viewer.paths,
        *values,
    )
    if row is None:
        raise NotVisible
    return DevicePage(
        cases=CASES.validate_json(row["cases"]),
        history=HISTORY.validate_json(row["history"]),
        files=FILES.validate_json(row["files"]),
        licence_case=next((each["number"] for each in ROWS.validate_json(row["licence"])), ""),
        sensors=DeviceSensors(
            device.id,
            device.type,
            SENSORS.validate_json(row["lines"]),
            [bands.band_row(each) for each in ROWS.validate_json(row["bands"])],
        ),
    )
