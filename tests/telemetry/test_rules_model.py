"""The rule against a small model that looks at the whole past each time, on series that hypothesis makes up."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.bands import Band
from storage.readings import RuleState
from telemetry.rules import on_time, on_value

START = datetime(2026, 3, 2, tzinfo=UTC)
LOW, HIGH, ALARM_LOW, ALARM_HIGH, HYSTERESIS, HOLD, NO_DATA = 18, 24, 15, 28, 2, 20, 60
BAND = Band("t", "°C", "a test", LOW, HIGH, ALARM_LOW, ALARM_HIGH, HYSTERESIS, HOLD, NO_DATA)


@dataclass
class Model:
    """Keeps every valid value in order, and derives all else from them anew."""

    clear_hold: int
    placed_at: int | None = None
    taken: list[tuple[int, float]] = field(default_factory=list)
    level: str = "normal"
    above: bool = False
    silent: bool = False
    told: list[tuple[str, int]] = field(default_factory=list)

    def value(self, at: int, value: float) -> None:
        if not math.isfinite(value) or (self.taken and at <= self.taken[-1][0]):
            return
        if self.taken:
            self.time(at)
        if self.silent:
            self.told.append(("speak_again", at))
        self.silent = False
        self.taken.append((at, value))
        self._over(at, value)
        self._raised(at, value)

    def time(self, now: int) -> None:
        since = self.taken[-1][0] if self.taken else self.placed_at
        if since is not None and not self.silent and now > since + NO_DATA:
            self.silent = True
            self.told.append(("fall_silent", since + NO_DATA))

    def _over(self, at: int, value: float) -> None:
        """On the other side at once; well inside after its time, which is looked for back from the newest value."""
        other = value < LOW if self.above else value > HIGH
        calm = self._lasted(at, lambda v: LOW + HYSTERESIS <= v <= HIGH - HYSTERESIS)
        if self.level != "normal" and (other or (calm is not None and calm >= self.clear_hold)):
            self.told.append(("clear", at))
            self.level = "normal"

    def _raised(self, at: int, value: float) -> None:
        above = value > HIGH
        alarm = self._lasted(at, (lambda v: v > ALARM_HIGH) if above else (lambda v: v < ALARM_LOW))
        warning = self._lasted(at, (lambda v: v > HIGH) if above else (lambda v: v < LOW))
        if self.level != "alarm" and alarm is not None and alarm >= HOLD:
            self.told.append(("alarm" if self.level == "normal" else "worsen", at))
            self.level, self.above = "alarm", above
        elif self.level == "normal" and warning is not None and warning >= HOLD:
            self.told.append(("warn", at))
            self.level, self.above = "warning", above

    def _lasted(self, at: int, holds: Callable[[float], bool]) -> int | None:
        """Back from the newest value: for how long it has held, without a long gap; None when it does not."""
        began = None
        later = at
        for when, value in reversed(self.taken):
            if not holds(value) or later - when > NO_DATA:
                break
            began = later = when
        return None if began is None else at - began


edges = [ALARM_LOW, ALARM_LOW - 1, LOW, LOW - 1, LOW + HYSTERESIS, HIGH, HIGH + 1, HIGH - HYSTERESIS]
edges += [ALARM_HIGH, ALARM_HIGH + 1, 21]
values = st.one_of(
    st.none(), st.sampled_from([float(edge) for edge in edges]), st.sampled_from([math.nan, math.inf])
)
pauses = [-30, -1, 0, 1, 5, 10, 19, 20, 21, 59, 60, 61, 90]
steps = st.tuples(st.sampled_from(pauses), values)
# Outside for a while on the one side, then on the other or inside: what plain chance seldom makes.
stays = st.tuples(
    st.sampled_from([14.0, 17.0, 21.0, 25.0, 29.0]), st.integers(1, 6), st.sampled_from([5, 10, 20])
)
swings = st.lists(stays, max_size=8).map(
    lambda found: [(pause, value) for value, times, pause in found for _ in range(times)]
)
series = st.one_of(st.lists(steps, max_size=40), swings)


@settings(max_examples=600, deadline=None)
@given(series, st.sampled_from([0, 20, 45]), st.sampled_from([None, 0, 30]))
def test_rule_and_model_notice_the_same(
    series: list[tuple[int, float | None]], clear_hold: int, placed: int | None
) -> None:
    model, state, told, clock = Model(clear_hold, placed), RuleState(), [], 0
    band, placed_at = replace(BAND, clear_hold_s=clear_hold), None if placed is None else moment(placed)
    for step, value in series:
        clock = max(0, clock + step)
        at = moment(clock)
        judged = on_time(state, band, at, placed_at) if value is None else on_value(state, band, at, value)
        state = judged.state
        told += [(str(e.what), round((e.at - START).total_seconds())) for e in judged.events]
        if value is None:
            model.time(clock)
        else:
            model.value(clock, value)
        assert (state.level, state.no_data, told) == (model.level, model.silent, model.told)


def moment(second: int) -> datetime:
    return START + timedelta(seconds=second)
