"""The sensors of a device as its page shows them, and those of an alarm on its own: value, band, what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.access.sensors import DeviceSensors, SensorLine, of_alarm
from storage.bands import Band
from storage.database import Database
from storage.directory import Viewer
from workflows.alarm.bands import Bands
from workflows.alarm.forms import Level
from workflows.alarm.machine import ALARM
from workflows.alarm.metrics import metric_look, shown, shown_limit
from workflows.cases import CaseView


@dataclass(frozen=True)
class Gauge:
    """One sensor. `label` is a source text; `level` is None while all is well; `numbers` are open cases."""

    label: str
    value: str
    at: datetime | None
    level: Level | None
    no_data: bool
    band: str
    source: str
    numbers: Sequence[str]
    since: datetime | None = None


def gauges(sensors: DeviceSensors) -> list[Gauge]:
    """What to show of a device, the sensors that are out of their band first."""
    bands = Bands(sensors.bands)
    found = [_gauge(s, bands.of(sensors.device_id, sensors.device_type, s.metric)) for s in sensors.lines]
    return sorted(
        found, key=lambda gauge: (gauge.level is not Level.ALARM, gauge.level is None, not gauge.no_data)
    )


async def concerned(db: Database, viewer: Viewer, case: CaseView) -> list[Gauge]:
    """The sensors that an open alarm is about, as they are now; none where the case is no alarm."""
    facts = case.page.facts
    if facts.workflow != ALARM.name or facts.state in ALARM.final or not facts.device:
        return []
    return gauges(await of_alarm(db, viewer, facts.number))


def _gauge(line: SensorLine, band: Band | None) -> Gauge:
    look = metric_look(line.metric, band.unit if band else "")
    return Gauge(
        label=look.label,
        value=shown(line.value, look.unit, *_limits(band)),
        at=line.at,
        level=Level(line.level) if line.level in set(Level) else None,
        no_data=line.no_data,
        band=_range(band, look.unit) if band else "",
        source=band.source if band else "",
        numbers=[n for n in (line.alarm_number, line.no_data_number) if n],
        since=line.since,
    )


def _range(band: Band, unit: str) -> str:
    """The inner limits, such as `18 – 24 °C` or `≥ 60 %`."""
    low = band.alarm_low if band.warning_low is None else band.warning_low
    high = band.alarm_high if band.warning_high is None else band.warning_high
    if low is not None and high is not None:
        return f"{shown_limit(low, '')} – {shown_limit(high, unit)}"
    if low is not None:
        return f"≥ {shown_limit(low, unit)}"
    return f"≤ {shown_limit(high, unit)}" if high is not None else ""


def _limits(band: Band | None) -> tuple[float | None, ...]:
    return (band.warning_low, band.warning_high, band.alarm_low, band.alarm_high) if band else ()
