"""What happens in a machine room: how far each metric is off, so many seconds after it began. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workflows.alarm.metrics import Metric

M = Metric
Offset = Callable[[str, float], float | None]
"""How far a metric is off after so many seconds; None when its sensor says nothing."""


class Scenario(StrEnum):
    """Stories to choose from."""

    STEADY = "steady"
    DRIFT = "drift"
    CHILLER_FAILURE = "chiller_failure"
    QUENCH = "quench"
    DEAD_SENSOR = "dead_sensor"
    NETWORK_CUT = "network_cut"


@dataclass(frozen=True)
class Plot:
    """A story. After `lasts_s` all is as before. With `cut`, nothing is sent meanwhile, and all of it afterwards."""

    lasts_s: float
    offset: Offset
    cut: bool = False


def _ramp(seconds: float, begins: float, per_second: float, most: float) -> float:
    """From `begins` on so much a second, up to `most`."""
    return min(max(0.0, seconds - begins) * per_second, most)


def _steady(_: str, __: float) -> float | None:
    return 0.0


def _drift(metric: str, seconds: float) -> float | None:
    """The room grows warmer by 6 K in two minutes, and cools as slowly."""
    if metric != M.ROOM_TEMPERATURE:
        return 0.0
    return _ramp(seconds, 0, 0.05, 6) - _ramp(seconds, 120, 0.05, 6)


def _chiller_failure(metric: str, seconds: float) -> float | None:
    """The flow stops; water, then room grow warm; after three minutes the chiller runs again."""
    match metric:
        case M.CHILLED_WATER_FLOW:
            return _ramp(seconds, 180, 9, 90) - _ramp(seconds, 0, 9, 90)
        case M.CHILLED_WATER_TEMPERATURE:
            return _ramp(seconds, 5, 0.15, 14) - _ramp(seconds, 180, 0.25, 14)
        case M.ROOM_TEMPERATURE:
            return _ramp(seconds, 40, 0.06, 8) - _ramp(seconds, 190, 0.15, 8)
    return 0.0


def _quench(metric: str, seconds: float) -> float | None:
    """The helium boils off within a minute; oxygen in the room falls until the fan has cleared it."""
    match metric:
        case M.HELIUM_LEVEL:
            return -_ramp(seconds, 0, 1.2, 62)
        case M.OXYGEN:
            return _ramp(seconds, 60, 0.05, 2.4) - _ramp(seconds, 5, 0.08, 2.4)
    return 0.0


def _dead_sensor(metric: str, _: float) -> float | None:
    return None if metric == M.ROOM_TEMPERATURE else 0.0


PLOTS: Mapping[Scenario, Plot] = {
    Scenario.STEADY: Plot(0, _steady),
    Scenario.DRIFT: Plot(240, _drift),
    Scenario.CHILLER_FAILURE: Plot(270, _chiller_failure),
    Scenario.QUENCH: Plot(300, _quench),
    Scenario.DEAD_SENSOR: Plot(120, _dead_sensor),
    Scenario.NETWORK_CUT: Plot(90, _steady, cut=True),
}
