"""The rule of one sensor: what its values mean, over time. Pure; times are the sensor's own.

A value equal to a limit is inside. Outside the warning limits for the hold is a warning, outside the alarm
limits for as long an alarm; each hold is counted from its own first value. Hysteresis acts on clearing
alone. A warning may become an alarm; an alarm ends as a whole, when the value is back inside the inner band, and
stays there for as long as the band's `clear_hold_s` says. Above and below are two matters: the first value on the
other side ends what was raised on the one, and the holds of the other begin with it.
What is late, comes twice for one instant, or is no number never changes anything here. A gap longer than
the no-data time breaks a running hold; what was raised stays raised. No-data is at the last value plus the
time-out, unless a value arrives at that very moment, and ends with the next valid value. A sensor that never
spoke is silent that long after it was put in place.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from storage.bands import Band
from storage.readings import RuleState

NORMAL, WARNING, ALARM = "normal", "warning", "alarm"
LOW, HIGH = "low", "high"


class What(StrEnum):
    """What a rule noticed."""

    WARN = "warn"
    ALARM = "alarm"
    WORSEN = "worsen"
    CLEAR = "clear"
    FALL_SILENT = "fall_silent"
    SPEAK_AGAIN = "speak_again"


class Taken(StrEnum):
    """What became of a value. Late ones are stored, but change nothing."""

    JUDGED = "judged"
    LATE = "late"
    REPEATED = "repeated"
    INVALID = "invalid"


@dataclass(frozen=True)
class Event:
    """Something to tell. `high` and `limit` belong to values outside a band.

    What is over with a `limit` is so because the value lies beyond that one, on the other side.
    """

    what: What
    at: datetime
    value: float | None
    high: bool = False
    limit: float | None = None


@dataclass(frozen=True)
class Judged:
    """A rule after a value or a moment."""

    state: RuleState
    taken: Taken = Taken.JUDGED
    events: tuple[Event, ...] = ()


def on_value(state: RuleState, band: Band | None, at: datetime, value: float) -> Judged:
    """A value arrived. Without a band it is only remembered, and what was raised by one that is gone is over."""
    if not math.isfinite(value):
        return Judged(state, Taken.INVALID)
    if state.last_at is not None and at <= state.last_at:
        return Judged(state, Taken.REPEATED if at == state.last_at else Taken.LATE)
    silence = on_time(state, band, at)
    events = list(silence.events)
    state = _after_gap(silence.state, band, at)
    if state.no_data:
        events.append(Event(What.SPEAK_AGAIN, at, value))
    state = replace(state, no_data=False, last_at=at, last_value=value)
    weighed = _weigh(state, band, at, value) if band is not None else _unbound(state, at, value)
    return Judged(weighed[0], Taken.JUDGED, (*events, *weighed[1]))


def on_time(state: RuleState, band: Band | None, now: datetime, placed_at: datetime | None = None) -> Judged:
    """Time has passed without a value; `placed_at` counts for a sensor that never spoke."""
    due = silent_from(state, band, placed_at)
    if state.no_data or due is None or now <= due:
        return Judged(state)
    return Judged(replace(state, no_data=True), events=(Event(What.FALL_SILENT, due, state.last_value),))


def silent_from(state: RuleState, band: Band | None, placed_at: datetime | None = None) -> datetime | None:
    """When the sensor counts as silent: at the last value, else when it was put in place, plus the time-out."""
    since = state.last_at or placed_at
    if band is None or band.no_data_s is None or since is None:
        return None
    return since + timedelta(seconds=band.no_data_s)


def _after_gap(state: RuleState, band: Band | None, at: datetime) -> RuleState:
    """A hold does not run on over a gap that is longer than the no-data time."""
    due = silent_from(state, band)
    if due is None or at <= due:
        return state
    return replace(state, warning_since=None, alarm_since=None, inside_since=None)


def _weigh(state: RuleState, band: Band, at: datetime, value: float) -> tuple[RuleState, list[Event]]:
    """The level after a value, and what is to be told of it."""
    alarm_limit = _exceeded(value, band.alarm_low, band.alarm_high)
    warning_limit = _exceeded(value, band.warning_low, band.warning_high)
    # A value outside the alarm limits is outside the warning ones too, wherever these lie.
    limit = alarm_limit if warning_limit is None else warning_limit
    over: list[Event] = []
    if limit is not None:
        side = _side(value, limit if alarm_limit is None else alarm_limit)
        state, over = _turned(state, side, _outside(What.CLEAR, at, value, limit))
    well_inside = limit is None and _well_inside(value, band)
    state = replace(
        state,
        warning_since=None if limit is None else state.warning_since or at,
        alarm_since=None if alarm_limit is None else state.alarm_since or at,
        inside_since=state.inside_since or at if well_inside else None,
    )
    state, events = _levelled(state, band, at, value, (warning_limit, alarm_limit))
    return state, over + events


def _turned(state: RuleState, side: str, over: Event) -> tuple[RuleState, list[Event]]:
    """Outside on a side: on the other one nothing holds on, and what was raised there is over."""
    if state.side in (None, side):
        return replace(state, side=side), []
    turned = replace(state, level=NORMAL, warning_since=None, alarm_since=None, side=side)
    return turned, [over] if state.level != NORMAL else []


def _levelled(
    state: RuleState, band: Band, at: datetime, value: float, limits: tuple[float | None, float | None]
) -> tuple[RuleState, list[Event]]:
    """What the holds lead to. `limits`: of warning and alarm, which the value lies beyond."""
    warning_limit, alarm_limit = limits
    if state.level != ALARM and alarm_limit is not None and _held(state.alarm_since, band.hold_s, at):
        what = What.ALARM if state.level == NORMAL else What.WORSEN
        return replace(state, level=ALARM), [_outside(what, at, value, alarm_limit)]
    if state.level == NORMAL and warning_limit is not None and _held(state.warning_since, band.hold_s, at):
        return replace(state, level=WARNING), [_outside(What.WARN, at, value, warning_limit)]
    if state.level != NORMAL and _held(state.inside_since, band.clear_hold_s, at):
        return _calm(state), [Event(What.CLEAR, at, value)]
    return (_calm(state) if state.level == NORMAL and state.warning_since is None else state), []


def _unbound(state: RuleState, at: datetime, value: float) -> tuple[RuleState, list[Event]]:
    """No limits are known (any more)."""
    return _calm(state), [] if state.level == NORMAL else [Event(What.CLEAR, at, value)]


def _calm(state: RuleState) -> RuleState:
    """Nothing is raised, no hold runs."""
    return replace(state, level=NORMAL, warning_since=None, alarm_since=None, side=None, inside_since=None)


def _outside(what: What, at: datetime, value: float, limit: float) -> Event:
    return Event(what, at, value, value > limit, limit)


def _exceeded(value: float, low: float | None, high: float | None) -> float | None:
    """The limit that the value lies beyond."""
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else None


def _side(value: float, limit: float) -> str:
    return HIGH if value > limit else LOW


def _held(since: datetime | None, seconds: float, at: datetime) -> bool:
    return since is not None and at - since >= timedelta(seconds=seconds)


def _well_inside(value: float, band: Band) -> bool:
    """Inside the inner band, narrowed by the hysteresis; a band narrower than that clears at its middle."""
    low, high = _inner(band.warning_low, band.alarm_low), _inner(band.warning_high, band.alarm_high)
    by = band.hysteresis
    if low is not None and high is not None:
        by = min(by, (high - low) / 2)
    return (low is None or value >= low + by) and (high is None or value <= high - by)


def _inner(warning: float | None, alarm: float | None) -> float | None:
    return alarm if warning is None else warning
