"""The coloured stages of a time limit, from dates alone (clause 6.2.2.3 of the standard). Pure.

Calendar months are counted back from the limit day and clipped to the month's end. A stage starts at 00:00
in Asia/Shanghai on its day; the limit day itself is still orange, red starts the day after.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from storage.kinds import Severity
from storage.texts import N_

MONTHS_A_YEAR = 12
ONE_DAY = timedelta(days=1)


class Colour(StrEnum):
    """How near the limit is (蓝、黄、橙、红), the mildest first."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


COLOUR_LABELS: Mapping[Colour, str] = {
    Colour.BLUE: N_("Blue"),
    Colour.YELLOW: N_("Yellow"),
    Colour.ORANGE: N_("Orange"),
    Colour.RED: N_("Red"),
}
SEVERITIES: Mapping[Colour, Severity] = {
    Colour.BLUE: Severity.INFO,
    Colour.YELLOW: Severity.NOTICE,
    Colour.ORANGE: Severity.URGENT,
    Colour.RED: Severity.CRITICAL,
}
MONTHS_BEFORE: Mapping[Colour, int] = {Colour.BLUE: 6, Colour.YELLOW: 3, Colour.ORANGE: 1}
NEAREST_FIRST = (Colour.ORANGE, Colour.YELLOW, Colour.BLUE)


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later (earlier when negative), or that month's last day."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def limit_of_years(issued_on: date, years: int) -> date:
    """The last day of a limit of so many years; for 29 February, the 28th where there is none."""
    return months_later(issued_on, years * MONTHS_A_YEAR)


def stage_start(colour: Colour, limit: date) -> date:
    """The first day of a stage."""
    if colour is Colour.RED:
        return limit + ONE_DAY
    return months_later(limit, -MONTHS_BEFORE[colour])


def stage_on(day: date, limit: date) -> Colour | None:
    """The colour on a day; None more than six months before the limit."""
    begun = [colour for colour in Colour if stage_start(colour, limit) <= day]
    return begun[-1] if begun else None


def days_left(day: date, limit: date) -> int:
    """Days until the limit day: 0 on the day itself, negative once it is past."""
    return (limit - day).days


def limits_in(colour: Colour | None, day: date) -> tuple[date, date]:
    """The first and the last limit that have this colour on a day, so that lists can be asked for by dates."""
    if colour is Colour.RED:
        return date.min, day - ONE_DAY
    ends = [day - ONE_DAY, *(_last_limit(MONTHS_BEFORE[nearer], day) for nearer in NEAREST_FIRST), date.max]
    place = len(NEAREST_FIRST) if colour is None else NEAREST_FIRST.index(colour)
    return ends[place] + ONE_DAY, ends[place + 1]


def _last_limit(months: int, day: date) -> date:
    """The last limit whose stage of so many months has begun on that day."""
    limit = months_later(day, months)
    month_ends = (day + ONE_DAY).month != day.month
    return limit.replace(day=monthrange(limit.year, limit.month)[1]) if month_ends else limit
