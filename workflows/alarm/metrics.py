"""What sensors measure: the names on the wire, their labels, symbols and units."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage.texts import N_


class Metric(StrEnum):
    """A measured quantity (监测指标), as gateways name it."""

    ROOM_TEMPERATURE = "room_temperature"
    ROOM_HUMIDITY = "room_humidity"
    CHILLED_WATER_TEMPERATURE = "chilled_water_temperature"
    CHILLED_WATER_FLOW = "chilled_water_flow"
    HELIUM_LEVEL = "helium_level"
    OXYGEN = "oxygen"


@dataclass(frozen=True)
class MetricLook:
    """How a metric is shown: label (a source text), a symbol that every language reads, the unit of its values."""

    label: str
    symbol: str
    unit: str


METRICS: Mapping[str, MetricLook] = {
    Metric.ROOM_TEMPERATURE: MetricLook(N_("Room temperature"), "T", "°C"),
    Metric.ROOM_HUMIDITY: MetricLook(N_("Room humidity"), "RH", "%"),
    Metric.CHILLED_WATER_TEMPERATURE: MetricLook(N_("Chilled water temperature"), "T(H₂O)", "°C"),
    Metric.CHILLED_WATER_FLOW: MetricLook(N_("Chilled water flow"), "Q(H₂O)", "L/min"),
    Metric.HELIUM_LEVEL: MetricLook(N_("Helium level"), "He", "%"),
    Metric.OXYGEN: MetricLook(N_("Oxygen in the room"), "O₂", "%"),
}


def metric_look(metric: str, unit: str = "") -> MetricLook:
    """How a metric is shown; one that only a band of a hospital's own names goes by that name."""
    return METRICS.get(metric) or MetricLook(metric, metric, unit)


def shown(value: float | None, unit: str) -> str:
    """A value with its unit, without false precision; "–" where there is none."""
    return "–" if value is None else f"{value:.4g} {unit}".strip()
