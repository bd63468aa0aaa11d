"""Working days in China, and due times counted from policies.

Base: the `holidays` package; a table of overrides (调休) comes on top and is asked for in time,
since make-up days are published only in the autumn before.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

import holidays

from storage.clock import SHANGHAI


class WorkingDays(Protocol):
    """Says which days are worked."""

    def is_workday(self, day: date) -> bool:
        """Is this a working day?"""
        ...

    def is_provisional(self, day: date) -> bool:
        """Are that year's make-up days still unpublished?"""
        ...


class ChineseWorkingDays:
    """The statutory calendar with overrides. `published_through`: the last year whose make-up days are known."""

    def __init__(self, overrides: Mapping[date, bool], published_through: int) -> None:
        self._calendar = holidays.country_holidays("CN")
        self._overrides = overrides
        self._published_through = published_through

    def is_workday(self, day: date) -> bool:
        override = self._overrides.get(day)
        return bool(self._calendar.is_working_day(day)) if override is None else override

    def is_provisional(self, day: date) -> bool:
        return day.year > max([self._published_through, *(d.year for d in self._overrides)])


class PolicyInvalid(Exception):
    """A policy row does not say a duration in a known unit."""


class Calendar:
    """Counts durations of policies: `{"amount": 2, "unit": "hours"}`."""

    def __init__(self, days: WorkingDays) -> None:
        self._days = days

    def due(self, start: datetime, policy: Mapping[str, Any]) -> datetime:
        """When a duration that begins at `start` ends. Units: minutes, hours, calendar_days, working_days.

        Calendar and working days: the day of the start is not counted, the last day ends at 24:00 in
        Asia/Shanghai. Raises `PolicyInvalid`.
        """
        try:
            amount, unit = float(policy["amount"]), policy["unit"]
        except (KeyError, TypeError, ValueError):
            raise PolicyInvalid(f"not a duration: {dict(policy)}") from None
        if unit in ("minutes", "hours"):
            return start + timedelta(**{unit: amount})
        first = start.astimezone(SHANGHAI).date()
        if unit == "calendar_days":
            return _end_of(first + timedelta(days=int(amount)))
        if unit == "working_days":
            return _end_of(self.nth_working_day(first, int(amount)))
        raise PolicyInvalid(f"unknown unit: {unit}")

    def nth_working_day(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`; the day after the start counts as 1 if it is worked."""
        day = start
        while count > 0:
            day += timedelta(days=1)
            count -= self._days.is_workday(day)
        return day

    def is_provisional(self, due: datetime) -> bool:
        """Does a due time lie in a year whose make-up days are not published yet?"""
        return self._days.is_provisional(due.astimezone(SHANGHAI).date())


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
