"""The sensors of a device as its page shows them: value, band, and what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.access.sensors import DeviceSensors, SensorLine
from storage.bands import Band
from workflows.alarm.bands import Bands
from workflows.alarm.forms import Level
from workflows.alarm.metrics import metric_look, shown


@dataclass(frozen=True)
class Gauge:
    """One sensor. `label` is a source text; `level` is None while all is well; `numbers` are open cases."""

    label: str
    value: str
    at: datetime
    level: Level | None
    no_data: bool
    band: str
    source: str
    numbers: Sequence[str]


def gauges(sensors: DeviceSensors) -> list[Gauge]:
    """What to show of a device, the sensors that are out of their band first."""
    bands = Bands(sensors.bands)
    found = [_gauge(s, bands.of(sensors.device_id, sensors.device_type, s.metric)) for s in sensors.lines]
    return sorted(
        found, key=lambda gauge: (gauge.level is not Level.ALARM, gauge.level is None, not gauge.no_data)
    )


def _gauge(line: SensorLine, band: Band | None) -> Gauge:
    look = metric_look(line.metric, band.unit if band else "")
    return Gauge(
        label=look.label,
        value=shown(line.value, look.unit),
        at=line.at,
        level=Level(line.level) if line.level in set(Level) else None,
        no_data=line.no_data,
        band=_range(band, look.unit) if band else "",
        source=band.source if band else "",
        numbers=[n for n in (line.alarm_number, line.no_data_number) if n],
    )


def _range(band: Band, unit: str) -> str:
    """The inner limits, such as `18 – 24 °C` or `≥ 60 %`."""
    low = band.alarm_low if band.warning_low is None else band.warning_low
    high = band.alarm_high if band.warning_high is None else band.warning_high
    if low is not None and high is not None:
        return f"{low:g} – {shown(high, unit)}"
    if low is not None:
        return f"≥ {shown(low, unit)}"
    return f"≤ {shown(high, unit)}" if high is not None else ""
