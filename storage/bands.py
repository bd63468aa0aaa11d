"""Limits of what sensors measure, as rows: of one device, or of a type of device."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from storage.database import Connection
from storage.together import Part


@dataclass(frozen=True)
class Band:
    """Limits of one metric (阈值), in the metric's unit; times in seconds. A value equal to a limit is inside.

    Outside the warning limits for `hold_s` is a warning, outside the alarm limits for as long an alarm.
    `hysteresis` narrows the band for clearing alone, and what was raised is over after `clear_hold_s` well inside.
    Longer than `no_data_s` without data is a warning.
    """

    metric: str
    unit: str
    source: str
    warning_low: float | None = None
    warning_high: float | None = None
    alarm_low: float | None = None
    alarm_high: float | None = None
    hysteresis: float = 0.0
    hold_s: float = 0.0
    no_data_s: float | None = None
    clear_hold_s: float = 0.0


@dataclass(frozen=True)
class BandRow:
    """A band that somebody entered, and for whom: `device_id`, else every device of `device_type`."""

    device_id: int | None
    device_type: str | None
    band: Band


BANDS = """
SELECT device_id, device_type, metric, unit, source, warning_low, warning_high, alarm_low, alarm_high, hysteresis,
       hold_s, no_data_s, clear_hold_s
  FROM band WHERE device_id = ANY($1) OR (device_id IS NULL AND device_type = ANY($2))
"""


OWN = """
SELECT metric, unit, source, warning_low, warning_high, alarm_low, alarm_high, hysteresis, hold_s, no_data_s,
       clear_hold_s
  FROM band WHERE device_id = $1 AND metric = $2 ORDER BY id DESC
"""
PLACED = "SELECT min(placed_at) FROM band WHERE device_id = $1 AND metric = $2"


async def entered(
    connection: Connection, device_ids: Iterable[int], device_types: Iterable[str]
) -> Sequence[BandRow]:
    """The bands that were entered for these devices and types."""
    part = entered_part(device_ids, device_types)
    return [band_row(dict(row)) for row in await connection.fetch(part.sql, *part.values)]


def entered_part(device_ids: Iterable[int], device_types: Iterable[str]) -> Part:
    """The same as a part of a larger statement."""
    return Part(BANDS, [list(set(device_ids)), list(set(device_types))])


async def own(connection: Connection, device_id: int, metric: str) -> Band | None:
    """The band that was entered for this device alone."""
    row = await connection.fetchrow(OWN, device_id, metric)
    return Band(**dict(row)) if row else None


async def put(connection: Connection, device_id: int, band: Band, now: datetime) -> None:
    """Enter a device's own band, in the stead of what was there. The device's row must be locked.

    From `now` (real time) on its sensor is expected to speak, unless it was before.
    """
    placed_at = await connection.fetchval(PLACED, device_id, band.metric)
    await drop(connection, device_id, band.metric)
    values = {**asdict(band), "placed_at": placed_at or now}
    places = ", ".join(f"${nth}" for nth in range(2, len(values) + 2))
    await connection.execute(
        f"INSERT INTO band (device_id, {', '.join(values)}) VALUES ($1, {places})",
        device_id,
        *values.values(),
    )


async def drop(connection: Connection, device_id: int, metric: str) -> None:
    """Take a device's own band away."""
    await connection.execute("DELETE FROM band WHERE device_id = $1 AND metric = $2", device_id, metric)


async def metrics(connection: Connection) -> set[str]:
    """The metrics of all bands that were entered."""
    return {row["metric"] for row in await connection.fetch("SELECT DISTINCT metric FROM band")}


def band_row(known: dict[str, object]) -> BandRow:
    """The band of one row."""
    device_id, device_type = known.pop("device_id"), known.pop("device_type")
    return BandRow(device_id, device_type, Band(**known))  # type: ignore[arg-type]  # the columns are the fields
