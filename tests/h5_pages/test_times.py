"""Times in words are Babel's, put together by less work."""

from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_datetime, format_timedelta

from h5_pages.times import exact, relative
from storage.clock import SHANGHAI

NOW = datetime(2026, 3, 2, 18, 5, tzinfo=UTC)
PATTERNS = {"zh_CN": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}
SECONDS = [s for n in range(60, 2_000_000, 997) for s in (n, -n)] + [
    86400 * n for n in range(-900, 900, 7) if n
]


@pytest.mark.parametrize("language", PATTERNS)
def test_distances_are_said_as_babel_says_them(language: str) -> None:
    for seconds in SECONDS:
        away = timedelta(seconds=seconds)
        theirs = format_timedelta(
            away, granularity="minute", threshold=1.2, add_direction=True, locale=language
        )
        assert relative(NOW + away, NOW, language, str) == theirs


@pytest.mark.parametrize("language", PATTERNS)
def test_exact_times_are_written_as_babel_writes_them_in_shanghai(language: str) -> None:
    for day in range(0, 800, 13):
        at = NOW + timedelta(days=day, minutes=7 * day)
        theirs = format_datetime(at, PATTERNS[language], tzinfo=SHANGHAI, locale=language)
        assert exact(at, language) == theirs


def test_less_than_a_minute_is_just_now() -> None:
    assert relative(NOW + timedelta(seconds=59), NOW, "en", str) == "just now"
