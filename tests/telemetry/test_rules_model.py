"""The rule against a small model that looks at the whole past each time, on series that hypothesis makes up."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.bands import Band
from storage.readings import RuleState
from telemetry.rules import on_time, on_value

START = datetime(2026, 3, 2, tzinfo=UTC)
LOW, HIGH, ALARM_HIGH, HYSTERESIS, HOLD, NO_DATA = 18, 24, 28, 2, 20, 60
BAND = Band("t", "°C", "a test", LOW, HIGH, None, ALARM_HIGH, HYSTERESIS, HOLD, NO_DATA)


@dataclass
class Model:
    """Keeps every valid value in order, and derives all else from them anew."""

    taken: list[tuple[int, float]] = field(default_factory=list)
    level: str = "normal"
    silent: bool = False
    told: list[tuple[str, int]] = field(default_factory=list)

    def value(self, at: int, value: float) -> None:
        if not math.isfinite(value) or (self.taken and at <= self.taken[-1][0]):
            return
        self.time(at)
        if self.silent:
            self.told.append(("speak_again", at))
        self.silent = False
        self.taken.append((at, value))
        self._level(at, value)

    def time(self, now: int) -> None:
        if self.taken and not self.silent and now > self.taken[-1][0] + NO_DATA:
            self.silent = True
            self.told.append(("fall_silent", self.taken[-1][0] + NO_DATA))

    def _level(self, at: int, value: float) -> None:
        if self.level != "alarm" and self._held(at, -math.inf, ALARM_HIGH):
            self.told.append(("alarm" if self.level == "normal" else "worsen", at))
            self.level = "alarm"
        elif self.level == "normal" and self._held(at, LOW, HIGH):
            self.told.append(("warn", at))
            self.level = "warning"
        elif self.level != "normal" and LOW + HYSTERESIS <= value <= HIGH - HYSTERESIS:
            self.told.append(("clear", at))
            self.level = "normal"

    def _held(self, at: int, low: float, high: float) -> bool:
        """Back from the newest value: outside without a long gap, for as long as the hold."""
        began = None
        later = at
        for when, value in reversed(self.taken):
            if low <= value <= high or later - when > NO_DATA:
                break
            began = later = when
        return began is not None and at - began >= HOLD


edges = [LOW, LOW - 1, LOW + HYSTERESIS, HIGH, HIGH + 1, HIGH - HYSTERESIS, ALARM_HIGH, ALARM_HIGH + 1, 21]
values = st.one_of(
    st.none(), st.sampled_from([float(edge) for edge in edges]), st.sampled_from([math.nan, math.inf])
)
steps = st.tuples(st.sampled_from([-30, -1, 0, 1, 5, 10, 19, 20, 21, 59, 60, 61, 90]), values)


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=40))
def test_rule_and_model_notice_the_same(series: list[tuple[int, float | None]]) -> None:
    model, state, told, clock = Model(), RuleState(), [], 0
    for step, value in series:
        clock = max(0, clock + step)
        at = START + timedelta(seconds=clock)
        judged = on_time(state, BAND, at) if value is None else on_value(state, BAND, at, value)
        state = judged.state
        told += [(str(e.what), round((e.at - START).total_seconds())) for e in judged.events]
        if value is None:
            model.time(clock)
        else:
            model.value(clock, value)
        assert (state.level, state.no_data, told) == (model.level, model.silent, model.told)
