"""What sensors measure: the names on the wire, their labels, symbols and units, and what can be measured at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
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
    """How a metric is shown: label (a source text), a symbol that every language reads, the unit of its values.

    `possible` are the least and the most that such a sensor can measure, both of them included: what lies beyond is
    a fault of the sensor or its gateway, and no reading.
    """

    label: str
    symbol: str
    unit: str
    possible: tuple[float, float] = (-1e6, 1e6)
    possible_source: str = "as far as limits can be set"


FEWEST_DIGITS, MOST_DIGITS = 4, 18  # 17 tell any two values apart
PROBE = "range of digital room and pipe thermometers, -55 to 125 °C (data sheet of the DS18B20)"
SHARE = "a share of the whole"
FLOW = "house value: a hundred times the chilled water of one device (75 to 190 L/min, xrayn-web.pages.dev)"
LEVEL = "house value: full is 100 %, and gauges read it to 5 %"

METRICS: Mapping[str, MetricLook] = {
    Metric.ROOM_TEMPERATURE: MetricLook(N_("Room temperature"), "T", "°C", (-50, 125), PROBE),
    Metric.ROOM_HUMIDITY: MetricLook(N_("Room humidity"), "RH", "%", (0, 100), SHARE),
    Metric.CHILLED_WATER_TEMPERATURE: MetricLook(
        N_("Chilled water temperature"), "T(H₂O)", "°C", (-50, 125), PROBE
    ),
    Metric.CHILLED_WATER_FLOW: MetricLook(N_("Chilled water flow"), "Q(H₂O)", "L/min", (0, 10_000), FLOW),
    Metric.HELIUM_LEVEL: MetricLook(N_("Helium level"), "He", "%", (0, 110), LEVEL),
    Metric.OXYGEN: MetricLook(N_("Oxygen in the room"), "O₂", "%", (0, 100), SHARE),
}


def metric_look(metric: str, unit: str = "") -> MetricLook:
    """How a metric is shown; one that only a band of a hospital's own names goes by that name."""
    return METRICS.get(metric) or MetricLook(metric, metric, unit)


def is_possible(metric: str, value: float) -> bool:
    """Can a sensor of that kind have measured it?"""
    least, most = metric_look(metric).possible
    return least <= value <= most


def shown(value: float | None, unit: str, *limits: float | None) -> str:
    """A value with its unit, without false precision; "–" where there is none.

    As many digits as it takes to see on which side of each of `limits` it lies: 19.4996 is not 19.5.
    """
    if value is None:
        return "–"
    known = [limit for limit in limits if limit is not None]
    texts = (_plain(value, digits) for digits in range(FEWEST_DIGITS, MOST_DIGITS))
    honest = (text for text in texts if all(_side(float(text), each) == _side(value, each) for each in known))
    return f"{next(honest)} {unit}".strip()


def shown_limit(limit: float | None, unit: str) -> str:
    """A limit with its unit, as it was entered."""
    return "–" if limit is None else f"{_plain(limit, MOST_DIGITS - 2)} {unit}".strip()


def _side(value: float, limit: float) -> int:
    return (value > limit) - (value < limit)


def _plain(value: float, digits: int) -> str:
    """With so many digits, more in front of the point if there are, and no power of ten."""
    return f"{Decimal(f'{value:.{max(digits, len(str(int(abs(value)))))}g}'):f}"
