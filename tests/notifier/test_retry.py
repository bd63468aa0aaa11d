"""When a failed try is made again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.retry import GIVE_UP_AFTER, MOST, is_hopeless, retry_delay

jitters = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("tries", "shortest", "longest"),
    [(0, 1, 2), (1, 2, 4), (2, 4, 8), (8, 256, 512), (9, 450, 900), (19, 450, 900), (10**6, 450, 900)],
)
def test_wait_doubles_up_to_a_quarter_of_an_hour(tries: int, shortest: float, longest: float) -> None:
    assert retry_delay(tries, 0.0) == timedelta(seconds=shortest)
    assert retry_delay(tries, 1.0) == timedelta(seconds=longest)


@given(st.integers(0, 100), jitters, jitters)
def test_more_jitter_never_waits_less(tries: int, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert retry_delay(tries, less) <= retry_delay(tries, more) <= timedelta(seconds=MOST)


@given(st.integers(0, 100), jitters)
def test_no_failure_makes_the_next_wait_shorter(tries: int, jitter: float) -> None:
    assert retry_delay(tries + 1, jitter) >= retry_delay(tries, jitter)


@given(st.integers(0, 100), jitters, st.floats(0, 7200))
def test_what_the_provider_asks_for_is_kept(tries: int, jitter: float, asked: float) -> None:
    wait = retry_delay(tries, jitter, asked)
    assert wait >= timedelta(seconds=asked)
    assert wait >= retry_delay(tries, jitter)


@pytest.mark.parametrize(("jitter", "hours"), [(0.0, 1.0), (0.5, 2.0), (1.0, 2.9)])
def test_giving_up_comes_long_after_a_short_outage_and_within_the_duplicate_check(
    jitter: float, hours: float
) -> None:
    waited = sum((retry_delay(tries, jitter) for tries in range(GIVE_UP_AFTER - 1)), timedelta())
    assert timedelta(minutes=45) < waited < timedelta(hours=4)
    assert abs(waited - timedelta(hours=hours)) < timedelta(minutes=25)


def test_last_try_is_the_one_after_which_nothing_is_hoped_for() -> None:
    assert not is_hopeless(GIVE_UP_AFTER - 1)
    assert is_hopeless(GIVE_UP_AFTER)
