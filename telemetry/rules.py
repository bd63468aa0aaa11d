"""The rule of one sensor: what its values mean, over time. Pure; times are the sensor's own.

A value equal to a limit is inside. Outside the warning limits for the hold is a warning, outside the alarm
limits for as long an alarm; each hold is counted from its own first value. Hysteresis acts on clearing
alone. A warning may become an alarm; an alarm ends as a whole, when the value is back inside the inner band.
What is late, comes twice for one instant, or is no number never changes anything here. A gap longer than
the no-data time breaks a running hold; what was raised stays raised. No-data is at the last value plus the
time-out, unless a value arrives at that very moment, and ends with the next valid value.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from storage.bands import Band
from storage.readings import RuleState

NORMAL, WARNING, ALARM = "normal", "warning", "alarm"


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
    """Something to tell. `high` and `limit` belong to values outside a band."""

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
    state, event = _weigh(state, band, at, value) if band is not None else _unbound(state, at, value)
    events += [event] if event else []
    return Judged(state, Taken.JUDGED, tuple(events))


def on_time(state: RuleState, band: Band | None, now: datetime) -> Judged:
    """Time has passed without a value."""
    due = silent_from(state, band)
    if state.no_data or due is None or now <= due:
        return Judged(state)
    return Judged(replace(state, no_data=True), events=(Event(What.FALL_SILENT, due, state.last_value),))


def silent_from(state: RuleState, band: Band | None) -> datetime | None:
    """When the sensor counts as silent: at the last value plus the time-out."""
    if band is None or band.no_data_s is None or state.last_at is None:
        return None
    return state.last_at + timedelta(seconds=band.no_data_s)


def _after_gap(state: RuleState, band: Band | None, at: datetime) -> RuleState:
    """A hold does not run on over a gap that is longer than the no-data time."""
    due = silent_from(state, band)
    return replace(state, warning_since=None, alarm_since=None) if due is not None and at > due else state


def _weigh(state: RuleState, band: Band, at: datetime, value: float) -> tuple[RuleState, Event | None]:
    """The level after a value, and what is to be told of it."""
    alarm_limit = _exceeded(value, band.alarm_low, band.alarm_high)
    # A value outside the alarm limits is outside the warning ones too, wherever these lie.
    warning_limit = _exceeded(value, band.warning_low, band.warning_high)
    limit = alarm_limit if warning_limit is None else warning_limit
    state = replace(
        state,
        warning_since=None if limit is None else state.warning_since or at,
        alarm_since=None if alarm_limit is None else state.alarm_since or at,
    )
    if state.level != ALARM and alarm_limit is not None and _held(state.alarm_since, band, at):
        what = What.ALARM if state.level == NORMAL else What.WORSEN
        return replace(state, level=ALARM), _outside(what, at, value, alarm_limit)
    if state.level == NORMAL and warning_limit is not None and _held(state.warning_since, band, at):
        return replace(state, level=WARNING), _outside(What.WARN, at, value, warning_limit)
    if state.level != NORMAL and limit is None and _well_inside(value, band):
        return replace(state, level=NORMAL), Event(What.CLEAR, at, value)
    return state, None


def _unbound(state: RuleState, at: datetime, value: float) -> tuple[RuleState, Event | None]:
    """No limits are known (any more)."""
    before = state.level
    state = replace(state, level=NORMAL, warning_since=None, alarm_since=None)
    return state, None if before == NORMAL else Event(What.CLEAR, at, value)


def _outside(what: What, at: datetime, value: float, limit: float) -> Event:
    return Event(what, at, value, value > limit, limit)


def _exceeded(value: float, low: float | None, high: float | None) -> float | None:
    """The limit that the value lies beyond."""
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else None


def _held(since: datetime | None, band: Band, at: datetime) -> bool:
    return since is not None and at - since >= timedelta(seconds=band.hold_s)


def _well_inside(value: float, band: Band) -> bool:
    """Inside the inner band, narrowed by the hysteresis; a band narrower than that clears at its middle."""
    low, high = _inner(band.warning_low, band.alarm_low), _inner(band.warning_high, band.alarm_high)
    by = band.hysteresis
    if low is not None and high is not None:
        by = min(by, (high - low) / 2)
    return (low is None or value >= low + by) and (high is None or value <= high - by)


def _inner(warning: float | None, alarm: float | None) -> float | None:
    return alarm if warning is None else warning
