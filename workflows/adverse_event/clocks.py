"""The clocks of an adverse event: when each starts, when it is due, what satisfies it. Pure.

Calendar days count in Asia/Shanghai, the day of knowledge is not counted, the last day ends at 24:00;
hours elapse from the instant. What happens exactly at the due instant is in time. Every more serious
knowledge starts the clock anew while the earlier one goes on; the earlier due time counts. Sources: the
policies in `POLICIES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from storage.clock import SHANGHAI
from storage.facts import Facts
from storage.texts import N_
from workflows.calendar import Calendar, PolicyInvalid
from workflows.definition import PolicyDefault

SHARES = (0.5, 0.75, 0.9)
"""Reminders come at half, at three quarters, and as the last tenth begins."""

FIRST_INSTANT_AFTER = timedelta(microseconds=1)


class Watch(StrEnum):
    """Which duty a clock watches over."""

    NATIONAL = "national"
    PROVINCE = "province"
    EACH_CASE = "each_case"
    HOSPITAL = "hospital"


# Order No. 1 of 2018 on monitoring adverse events of medical devices, in force since 2019-01-01.
HOUSE = N_("default house rule; set by each hospital")
POLICIES = {
    "adverse_event.clock_death": PolicyDefault(
        {"amount": 7, "unit": "calendar_days"}, N_("Order No. 1 (2018): death within 7 days of knowledge")
    ),
    "adverse_event.clock_serious": PolicyDefault(
        {"amount": 20, "unit": "calendar_days"},
        N_("Order No. 1 (2018): serious injury, or what may cause it or death, within 20 days of knowledge"),
    ),
    "adverse_event.clock_province": PolicyDefault(
        {"amount": 12, "unit": "hours"},
        N_("Order No. 1 (2018): group event, to the province within 12 hours"),
    ),
    "adverse_event.clock_each_case": PolicyDefault(
        {"amount": 24, "unit": "hours"},
        N_("Order No. 1 (2018): group event, each case reported within 24 hours"),
    ),
    "adverse_event.clock_hospital": PolicyDefault({"amount": 48, "unit": "hours"}, HOUSE),
}
BY_OUTCOME = {
    "death": "adverse_event.clock_death",
    "serious_injury": "adverse_event.clock_serious",
    "may_cause": "adverse_event.clock_serious",
}
LABELS = {
    Watch.NATIONAL: N_("Report to the national system"),
    Watch.PROVINCE: N_("Report the group event to the province"),
    Watch.EACH_CASE: N_("Report each case of the group event"),
    Watch.HOSPITAL: N_("Handle it in the hospital"),
}


class _NoWorkingDays:
    """These clocks run through holidays; a policy that counts working days is a mistake."""

    def is_workday(self, day: date) -> bool:
        raise PolicyInvalid(f"clocks of adverse events run in hours or calendar days ({day})")

    def is_provisional(self, day: date) -> bool:
        return self.is_workday(day)

    def but_for(self, days: Mapping[date, bool | None]) -> "_NoWorkingDays":  # noqa: ARG002 - none of them counts
        return self


CALENDAR = Calendar(_NoWorkingDays())


@dataclass(frozen=True)
class Clock:
    """One running or satisfied clock. `label` is a source text; `by_day`: the due instant is an end of day."""

    watch: Watch
    label: str
    starts: datetime
    due: datetime
    by_day: bool
    satisfied_at: datetime | None

    @property
    def in_time(self) -> bool:
        """Was it satisfied, and not after the due instant?"""
        return self.satisfied_at is not None and self.satisfied_at <= self.due

    def passed(self, now: datetime) -> bool:
        """Is the due instant over without having been kept?"""
        return now > self.due and not self.in_time

    def after(self, share: float) -> datetime:
        """The instant at which this share of its time is over."""
        return self.starts + (self.due - self.starts) * share

    def left(self, now: datetime) -> timedelta:
        """What is left, or nothing."""
        return max(self.due - now, timedelta())


def clocks(facts: Facts) -> list[Clock]:
    """The clocks of the event, the one that is due first at the front. Raises `PolicyInvalid`."""
    found = [clock for clock in (clock_of(watch, facts) for watch in Watch) if clock]
    return sorted(found, key=lambda clock: clock.due)


def clock_of(watch: Watch, facts: Facts) -> Clock | None:
    """The clock of that duty, or None where this event has no such duty. Raises `PolicyInvalid`."""
    detail = facts.detail
    if watch is Watch.NATIONAL:
        return _national(facts)
    if watch is Watch.HOSPITAL:
        return _clock(facts, watch, instant(detail.get("known_at")), "hospital_handled_at")
    satisfied = "province_told_at" if watch is Watch.PROVINCE else "each_reported_at"
    return _clock(facts, watch, instant(detail.get("group_known_at")), satisfied)


def _clock(facts: Facts, watch: Watch, starts: datetime | None, satisfied: str) -> Clock | None:
    if starts is None:
        return None
    policy = facts.policies[f"adverse_event.clock_{watch}"]
    return _counted(watch, starts, policy, instant(facts.detail.get(satisfied)))


def _national(facts: Facts) -> Clock | None:
    """Of all that is still to be reported, what is due first."""
    reported = instant(facts.detail.get("national_reported_at"))
    each = [
        _counted(Watch.NATIONAL, known, facts.policies[BY_OUTCOME[entry["outcome"]]], reported)
        for entry in facts.detail.get("knowledge") or []
        if entry["outcome"] in BY_OUTCOME and (known := instant(entry["at"]))
    ]
    return min(each, key=lambda clock: clock.due, default=None)


def _counted(
    watch: Watch, starts: datetime, policy: Mapping[str, Any], satisfied_at: datetime | None
) -> Clock:
    due = CALENDAR.due(starts, policy)
    by_day = policy["unit"] == "calendar_days"
    return Clock(watch, LABELS[watch], starts, due, by_day, satisfied_at)


def reminder_due(watch: Watch, share: float, facts: Facts) -> datetime | None:
    """When to remind of a clock that is not satisfied."""
    clock = clock_of(watch, facts)
    return clock.after(share) if clock and clock.satisfied_at is None else None


def reminder_is_needless(watch: Watch, share: float, facts: Facts) -> bool:
    """Is the clock satisfied, or the next reminder (or the end) there already, as after an outage?"""
    clock = clock_of(watch, facts)
    if clock is None or clock.satisfied_at is not None:
        return True
    following = next((later for later in SHARES if later > share), 1.0)
    return clock.after(following) <= facts.now


def passes_at(watch: Watch, facts: Facts) -> datetime | None:
    """The first instant at which a clock that was not kept has passed."""
    clock = clock_of(watch, facts)
    return clock.due + FIRST_INSTANT_AFTER if clock and not clock.in_time else None


def passed_record(watch: Watch, facts: Facts) -> Mapping[str, Any]:
    """Which clock passed, and its due instant."""
    clock = clock_of(watch, facts)
    return {"clock": watch, "limit": clock.due.isoformat()} if clock else {}


def has_not_passed(watch: Watch, facts: Facts) -> bool:
    """Was the duty done in time, is there none, or did a policy give more time meanwhile?"""
    clock = clock_of(watch, facts)
    return clock is None or not clock.passed(facts.now)


def due_words(clock: Clock) -> str:
    """The due instant in Asia/Shanghai; the end of a day is its 24:00."""
    local = clock.due.astimezone(SHANGHAI)
    if clock.by_day:
        return f"{local.date() - timedelta(days=1)} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


def minutes_left(clock: Clock, now: datetime) -> int:
    """What is left, whole minutes."""
    return int(clock.left(now).total_seconds()) // 60


def instant(value: object) -> datetime | None:
    """An instant of the detail row: as it was written, or as PostgreSQL gives it in JSON."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))
