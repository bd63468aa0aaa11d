"""Due times as people in China count them. Holidays of 2026: notice of the State Council's office."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from storage.calendar_days import known
from storage.clock import SHANGHAI
from storage.database import Database
from workflows.calendar import Calendar, ChineseWorkingDays, PolicyInvalid

DAYS = ChineseWorkingDays({}, published_through=2026)
CALENDAR = Calendar(DAYS)


def at(text: str) -> datetime:
    """An instant in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(start: str, amount: Any, unit: str) -> datetime:
    return CALENDAR.due(at(start), {"amount": amount, "unit": unit})


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-09-20", True),  # a Sunday that makes up for National Day
        ("2026-09-21", True),
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # a Saturday that makes up
        ("2026-10-11", False),
        ("2026-02-17", False),  # Spring Festival
    ],
)
def test_holidays_and_make_up_days_of_2026(day: str, worked: bool) -> None:
    assert DAYS.is_workday(date.fromisoformat(day)) is worked


def test_working_days_jump_over_national_day() -> None:
    assert due("2026-09-29T15:00", 1, "working_days") == at("2026-10-01T00:00")
    assert due("2026-09-29T15:00", 2, "working_days") == at("2026-10-09T00:00")
    assert due("2026-09-29T15:00", 4, "working_days") == at("2026-10-11T00:00")


def test_a_start_on_a_day_off_counts_from_the_next_working_day() -> None:
    assert due("2026-10-04T12:00", 1, "working_days") == at("2026-10-09T00:00")


@pytest.mark.parametrize("hour", ["00:00", "09:00", "23:59"])
def test_days_end_at_midnight_in_shanghai_whatever_the_hour_of_the_start(hour: str) -> None:
    assert due(f"2026-03-02T{hour}", 2, "calendar_days") == at("2026-03-05T00:00")


def test_the_day_of_an_instant_is_that_of_shanghai() -> None:
    start = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # half past midnight on the third
    assert CALENDAR.due(start, {"amount": 1, "unit": "calendar_days"}) == at("2026-03-05T00:00")


def test_calendar_days_go_over_the_ends_of_months_and_years() -> None:
    assert due("2026-01-31T10:00", 30, "calendar_days") == at("2026-03-03T00:00")
    assert due("2028-02-28T10:00", 1, "calendar_days") == at("2028-03-01T00:00")
    assert due("2026-12-31T10:00", 1, "calendar_days") == at("2027-01-02T00:00")


def test_minutes_and_hours_run_through_nights_and_holidays() -> None:
    assert due("2026-09-30T23:50", 30, "minutes") == at("2026-10-01T00:20")
    assert due("2026-09-30T23:50", 48, "hours") == at("2026-10-02T23:50")
    assert due("2026-09-30T12:00", "1.5", "hours") == at("2026-09-30T13:30")


def test_an_override_beats_the_statutory_calendar() -> None:
    days = ChineseWorkingDays({date(2026, 10, 8): False, date(2026, 10, 11): True}, 2026)
    assert not days.is_workday(date(2026, 10, 8))
    assert days.is_workday(date(2026, 10, 11))
    start, policy = at("2026-09-30T09:00"), {"amount": 1, "unit": "working_days"}
    assert Calendar(days).due(start, policy) == at("2026-10-10T00:00")


async def test_overrides_come_from_the_database(database_url: str) -> None:
    async with Database.open(database_url) as db:
        await db.execute(
            "INSERT INTO calendar_override (day, is_workday, note) VALUES ('2027-10-09', true, '')"
        )
        assert (await known(db)).overrides == {date(2027, 10, 9): True}


def test_a_year_is_provisional_until_its_make_up_days_are_known() -> None:
    late = at("2027-01-04T12:00")
    half = Calendar(ChineseWorkingDays({date(2027, 2, 6): True}, 2026))
    known = Calendar(ChineseWorkingDays({date(2027, 2, 6): True}, 2026, {2027}))
    assert not CALENDAR.is_provisional(at("2026-12-31T12:00"))
    assert CALENDAR.is_provisional(late)
    assert half.is_provisional(late)
    assert not known.is_provisional(late)


def test_the_last_day_of_a_year_is_not_provisional_for_ending_at_midnight() -> None:
    assert not CALENDAR.is_provisional(due("2026-12-30T12:00", 1, "calendar_days"))


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"amount": 1},
        {"unit": "hours"},
        {"amount": None, "unit": "hours"},
        {"amount": "soon", "unit": "hours"},
        {"amount": 1, "unit": "fortnights"},
        {"amount": 5000, "unit": "CNY"},
        {"amount": "nan", "unit": "hours"},
        {"amount": "inf", "unit": "working_days"},
        {"amount": -1, "unit": "minutes"},
        {"amount": 1e12, "unit": "hours"},
        {"amount": 1.5, "unit": "working_days"},
    ],
    ids=str,
)
def test_what_is_no_duration_is_refused(policy: dict[str, Any]) -> None:
    with pytest.raises(PolicyInvalid):
        CALENDAR.due(at("2026-03-02T09:00"), policy)


@pytest.mark.parametrize("count", [1, 10, 40])
def test_the_nth_working_day_has_n_working_days_up_to_it(count: int) -> None:
    start = date(2026, 9, 15)
    last = CALENDAR.nth_working_day(start, count)
    between = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(DAYS.is_workday(day) for day in between) == count
    assert DAYS.is_workday(last)


@pytest.mark.parametrize(
    ("had_after_days", "next_after_days"), [(0, 7), (3, 7), (4, 14), (7, 14), (10, 14), (11, 21)]
)
def test_a_turn_that_was_had_late_is_not_followed_at_once_by_the_next(
    had_after_days: int, next_after_days: int
) -> None:
    turn, week = at("2026-03-02T09:00"), {"amount": 7 * 24, "unit": "hours"}
    had, following = (turn + timedelta(days=days) for days in (had_after_days, next_after_days))
    assert CALENDAR.turn_after(turn, week, had) == following
