"""A device with everything that hangs on it and its page shows, in one query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from storage import bands, together
from storage.access import NotVisible, cases, device_files, device_history, devices, sensors
from storage.access.cases import CaseLine
from storage.access.device_files import DeviceFile
from storage.access.device_history import HistoryLine
from storage.access.devices import DeviceRecord
from storage.access.sensors import DeviceSensors, SensorLine
from storage.database import Database
from storage.directory import Viewer
from storage.together import Column, Part

CASES, FILES = TypeAdapter(list[CaseLine]), TypeAdapter(list[DeviceFile])
HISTORY, SENSORS = TypeAdapter(list[HistoryLine]), TypeAdapter(list[SensorLine])
ROWS = TypeAdapter(list[dict[str, Any]])
CLOSED_SHOWN = 10


@dataclass(frozen=True)
class DevicePage:
    """Record, open and newest closed cases, newest of its history, files, the licence's case (or empty), sensors."""

    device: DeviceRecord
    cases: Sequence[CaseLine]
    closed: Sequence[CaseLine]
    history: Sequence[HistoryLine]
    files: Sequence[DeviceFile]
    licence_case: str
    sensors: DeviceSensors


async def page(
    db: Database, viewer: Viewer, device_id: int, keepers: Iterable[str], history: int
) -> DevicePage:
    """What the page of a device shows; raises `NotVisible`.

    Contracts are for holders of the roles `keepers` alone; `history` is how many of its entries are wanted.
    """
    return await _page(db, viewer, "$2", device_id, _parts(viewer, keepers, history))


async def labelled(
    db: Database, viewer: Viewer, token: str, keepers: Iterable[str], history: int
) -> DevicePage:
    """The same for the device behind a label that was not revoked; raises `NotVisible`."""
    return await _page(db, viewer, devices.OF_LABEL, token, _parts(viewer, keepers, history))


def _parts(viewer: Viewer, keepers: Iterable[str], history: int) -> dict[str, Part]:
    device = Column("shown.id")
    return {
        "cases": cases.visible_part(viewer, device, open_only=True, limit=100),
        "closed": cases.visible_part(viewer, device, open_only=False, closed_only=True, limit=CLOSED_SHOWN),
        "history": device_history.lines_part(device, history),
        "files": device_files.listed_part(viewer, device, keepers),
        "licence": device_history.licence_case_part(viewer, Column("shown.licence_number")),
        "lines": sensors.lines_part(device),
        "bands": Part(bands.BANDS, [Column("ARRAY[shown.id]"), Column("ARRAY[shown.type]::text[]")]),
    }


async def _page(
    db: Database, viewer: Viewer, device_id: str, wanted: int | str, parts: dict[str, Part]
) -> DevicePage:
    """`device_id` is the SQL of the device's id, with `wanted` in the place $2."""
    columns, values = together.columns(parts, 2)
    row = await db.fetchrow(
        f"SELECT shown.*, {columns} FROM ({devices.IN_SCOPE} AND d.id = {device_id}) shown",
        viewer.paths,
        wanted,
        *values,
    )
    if row is None:
        raise NotVisible
    known = dict(row)
    found = {name: known.pop(name) for name in parts}
    device = DeviceRecord(**known)
    return DevicePage(
        device=device,
        cases=CASES.validate_json(found["cases"]),
        closed=CASES.validate_json(found["closed"]),
        history=HISTORY.validate_json(found["history"]),
        files=FILES.validate_json(found["files"]),
        licence_case=next((each["number"] for each in ROWS.validate_json(found["licence"])), ""),
        sensors=DeviceSensors(
            device.id,
            device.type,
            SENSORS.validate_json(found["lines"]),
            [bands.band_row(each) for each in ROWS.validate_json(found["bands"])],
        ),
    )
