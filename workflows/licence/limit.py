"""Until when a licence has to be complete: the end of its last day. Pure."""

from datetime import datetime, time, timedelta

from storage.clock import SHANGHAI
from storage.facts import Facts
from workflows.calendar import Calendar
from workflows.licence.reminders import day_of


def limit(facts: Facts, _: Calendar) -> datetime | None:
    """The end of the limit's day, which is the midnight after it."""
    day = day_of(facts, "limit_on")
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI) if day else None
