"""Stages and limits against another way of reckoning, over whole leap cycles."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import licence_model
from workflows.licence.stages import (
    Colour,
    days_left,
    limit_of_years,
    limits_in,
    months_later,
    stage_on,
    stage_start,
)

ONE_DAY = timedelta(days=1)
LEAP_CYCLE = [date(2023, 1, 1) + ONE_DAY * n for n in range(4 * 366)]
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("limit", "blue", "yellow", "orange", "red"),
    [
        ("2027-03-02", "2026-09-02", "2026-12-02", "2027-02-02", "2027-03-03"),
        ("2026-08-31", "2026-02-28", "2026-05-31", "2026-07-31", "2026-09-01"),
        ("2028-08-31", "2028-02-29", "2028-05-31", "2028-07-31", "2028-09-01"),
        ("2026-03-31", "2025-09-30", "2025-12-31", "2026-02-28", "2026-04-01"),
        ("2028-03-30", "2027-09-30", "2027-12-30", "2028-02-29", "2028-03-31"),
        ("2026-12-31", "2026-06-30", "2026-09-30", "2026-11-30", "2027-01-01"),
        ("2028-02-29", "2027-08-29", "2027-11-29", "2028-01-29", "2028-03-01"),
    ],
)
def test_stages_start_by_the_calendar(limit: str, blue: str, yellow: str, orange: str, red: str) -> None:
    starts = [stage_start(colour, date.fromisoformat(limit)).isoformat() for colour in Colour]
    assert starts == [blue, yellow, orange, red]


def test_every_stage_of_a_leap_cycle_starts_where_the_model_says() -> None:
    for limit in LEAP_CYCLE:
        for colour in Colour:
            assert stage_start(colour, limit) == licence_model.begins(colour, limit)


def test_every_day_around_every_limit_of_a_leap_year_has_the_models_colour() -> None:
    for limit in LEAP_CYCLE[300:900:7]:
        for day in (limit + ONE_DAY * n for n in range(-190, 10)):
            assert stage_on(day, limit) == licence_model.colour_on(day, limit)


@given(DAYS)
def test_the_limit_day_is_orange_and_the_next_red(limit: date) -> None:
    assert stage_on(limit, limit) is Colour.ORANGE
    assert stage_on(limit + ONE_DAY, limit) is Colour.RED
    assert (days_left(limit, limit), days_left(limit + ONE_DAY, limit)) == (0, -1)


@given(DAYS, st.integers(0, 260))
def test_a_later_day_is_never_milder(limit: date, before: int) -> None:
    order = [None, *Colour]
    day = limit - ONE_DAY * before
    assert order.index(stage_on(day, limit)) <= order.index(stage_on(day + ONE_DAY, limit))


@given(DAYS, st.integers(-60, 60))
def test_months_are_clipped_and_nothing_else(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + ONE_DAY).day == 1)


def test_exactly_the_limits_of_a_colour_have_it() -> None:
    for day in LEAP_CYCLE[::3]:
        ranges = {colour: limits_in(colour, day) for colour in (None, *Colour)}
        for limit in (day + ONE_DAY * n for n in range(-3, 220)):
            within = [colour for colour, (first, last) in ranges.items() if first <= limit <= last]
            assert within == [stage_on(day, limit)]


@pytest.mark.parametrize(
    ("issued_on", "limit"),
    [
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2028, 2, 28)),
        (date(2025, 12, 31), date(2027, 12, 31)),
    ],
)
def test_two_years_after_the_issue(issued_on: date, limit: date) -> None:
    assert limit_of_years(issued_on, 2) == limit
