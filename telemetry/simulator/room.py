"""One simulated machine room: its sensors over time, and the messages that its gateway sends. Deterministic."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telemetry.simulator.scenarios import PLOTS, Scenario
from workflows.alarm.bands import DEFAULT_BANDS
from workflows.alarm.metrics import Metric

M = Metric
CENTRES: Mapping[str, tuple[float, float]] = {
    M.ROOM_TEMPERATURE: (21.5, 0.15),
    M.ROOM_HUMIDITY: (50.0, 0.8),
    M.CHILLED_WATER_TEMPERATURE: (10.0, 0.2),
    M.CHILLED_WATER_FLOW: (90.0, 1.0),
    M.HELIUM_LEVEL: (82.0, 0.05),
    M.OXYGEN: (20.9, 0.02),
}
"""Where each metric is when all is well, and how far it wavers (standard deviation)."""
DIGITS = 2
MOST_KEPT = 1000


@dataclass
class Room:
    """The room of one device. `metrics` are those that are judged for its type, else temperature and humidity."""

    device: str
    device_type: str
    seed: int
    scenario: Scenario = Scenario.STEADY
    _began_s: float = 0.0
    _kept: list[dict[str, Any]] = field(default_factory=list)

    @property
    def metrics(self) -> tuple[str, ...]:
        bands = DEFAULT_BANDS.get(self.device_type, ())
        return tuple(b.metric for b in bands) or (M.ROOM_TEMPERATURE, M.ROOM_HUMIDITY)

    def begin(self, scenario: Scenario, second: float) -> None:
        """Let a story begin at that second of the simulation."""
        self.scenario, self._began_s = scenario, second

    def message(self, second: float, at: datetime) -> dict[str, Any] | None:
        """What the gateway sends at that second, which is `at` on the clock; None during a cut."""
        plot = PLOTS[self.scenario]
        if self.scenario is not Scenario.STEADY and second - self._began_s >= plot.lasts_s:
            self.scenario, plot = Scenario.STEADY, PLOTS[Scenario.STEADY]
        self._kept += self._measure(second, at)
        if plot.cut or not self._kept:
            del self._kept[:-MOST_KEPT]
            return None
        readings, self._kept = self._kept, []
        return {"sent_at": at.isoformat(), "readings": readings}

    def _measure(self, second: float, at: datetime) -> list[dict[str, Any]]:
        offset = PLOTS[self.scenario].offset
        found = []
        for metric in self.metrics:
            off = offset(metric, second - self._began_s)
            if off is not None:
                value = max(0.0, round(self._calm(metric, second) + off, DIGITS))
                found.append({"metric": metric, "value": value, "at": at.isoformat()})
        return found

    def _calm(self, metric: str, second: float) -> float:
        """The value when nothing happens: the same for the same seed, sensor and second."""
        centre, spread = CENTRES[metric]
        rng = random.Random(f"{self.seed}/{self.device}/{metric}/{second:.3f}")  # noqa: S311 - a simulation
        return rng.gauss(centre, spread)
