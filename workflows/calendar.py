"""Working days in China, and due times counted from policies.

Base: the `holidays` package; a table of overrides (调休) comes on top and is asked for in time,
since make-up days are published only in the autumn before.
"""

from collections.abc import Container, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

import holidays

from storage import calendar_days
from storage.clock import SHANGHAI
from storage.database import Database

UNITS_A_DAY = {"minutes": 24 * 60, "hours": 24, "calendar_days": 1, "working_days": 1}
MOST_DAYS = 36_525  # a hundred years; more is a slip of the pen


class WorkingDays(Protocol):
    """Says which days are worked."""

    def is_workday(self, day: date) -> bool:
        """Is this a working day?"""
        ...

    def is_provisional(self, day: date) -> bool:
        """Are that year's make-up days still unpublished?"""
        ...

    def but_for(self, days: Mapping[date, bool | None]) -> "WorkingDays":
        """The same with other overrides of these days; None for a day that has none."""
        ...


class ChineseWorkingDays:
    """The statutory calendar with overrides. `published_through`: the last year whose make-up days it knows itself."""

    def __init__(
        self,
        overrides: Mapping[date, bool],
        published_through: int,
        years: Container[int] = frozenset(),
    ) -> None:
        self._calendar = holidays.country_holidays("CN")
        self._published_through = published_through
        self.follow(overrides, years)

    def follow(self, overrides: Mapping[date, bool], years: Container[int]) -> None:
        """From now on count with these overrides; of `years` all are entered."""
        self._overrides, self._years = overrides, years

    def is_statutory_workday(self, day: date) -> bool:
        """Is it a working day as far as the library knows, without overrides?"""
        return bool(self._calendar.is_working_day(day))

    def is_known(self, year: int) -> bool:
        """Are the make-up days of that year known?"""
        return year <= self._published_through or year in self._years

    def is_workday(self, day: date) -> bool:
        override = self._overrides.get(day)
        return self.is_statutory_workday(day) if override is None else override

    def is_provisional(self, day: date) -> bool:
        return not self.is_known(day.year)

    def but_for(self, days: Mapping[date, bool | None]) -> "ChineseWorkingDays":
        overrides = {day: worked for day, worked in {**self._overrides, **days}.items() if worked is not None}
        return ChineseWorkingDays(overrides, self._published_through, self._years)


async def working_days(db: Database, published_through: int) -> ChineseWorkingDays:
    """The calendar as it is entered now; raises `DatabaseAway`."""
    days = await calendar_days.known(db)
    return ChineseWorkingDays(days.overrides, published_through, days.years)


async def follow_changes(db: Database, days: ChineseWorkingDays) -> None:
    """Count from now on with what is entered now; raises `DatabaseAway`."""
    now = await calendar_days.known(db)
    days.follow(now.overrides, now.years)


class PolicyInvalid(Exception):
    """A policy row does not say a duration in a known unit."""


class Calendar:
    """Counts durations of policies: `{"amount": 2, "unit": "hours"}`."""

    def __init__(self, days: WorkingDays) -> None:
        self._days = days

    def but_for(self, days: Mapping[date, bool | None]) -> "Calendar":
        """The calendar with other overrides of these days; None for a day that has none."""
        return Calendar(self._days.but_for(days))

    def due(self, start: datetime, policy: Mapping[str, Any]) -> datetime:
        """When a duration that begins at `start` ends. Units: minutes, hours, calendar_days, working_days.

        Calendar and working days: the day of the start is not counted, the last day ends at 24:00 in
        Asia/Shanghai. Raises `PolicyInvalid`.
        """
        amount, unit = _duration(policy)
        if unit in ("minutes", "hours"):
            return start + timedelta(**{unit: amount})
        first = start.astimezone(SHANGHAI).date()
        if unit == "calendar_days":
            return _end_of(first + timedelta(days=amount))
        return _end_of(self.nth_working_day(first, int(amount)))

    def turn_after(self, turn: datetime, policy: Mapping[str, Any], at: datetime) -> datetime:
        """The next of the turns that come every so long, after one was had at `at`; `turn` is one of them.

        What was so late that the coming turn was nearer than the last one was that turn, which is left out.
        """
        coming = self.due(turn, policy)
        while coming <= at:
            turn, coming = coming, self.due(coming, policy)
        return self.due(coming, policy) if at - turn > coming - at else coming

    def nth_working_day(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`; the day after the start counts as 1 if it is worked."""
        day = start
        while count > 0:
            day += timedelta(days=1)
            count -= self._days.is_workday(day)
        return day

    def is_provisional(self, due: datetime) -> bool:
        """Does a due time lie in a year whose make-up days are not published yet? 24:00 is of the day it ends."""
        return self._days.is_provisional((due - timedelta(microseconds=1)).astimezone(SHANGHAI).date())


def _duration(policy: Mapping[str, Any]) -> tuple[float, str]:
    """Amount and unit; raises `PolicyInvalid`."""
    try:
        amount, unit = float(policy["amount"]), policy["unit"]
        most = MOST_DAYS * UNITS_A_DAY[unit]
    except (KeyError, TypeError, ValueError):
        raise PolicyInvalid(f"not a duration: {dict(policy)}") from None
    if not 0 <= amount <= most or (unit.endswith("_days") and amount != int(amount)):
        raise PolicyInvalid(f"not a duration: {dict(policy)}")
    return amount, unit


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
