"""Times as people say them, and exactly, in Asia/Shanghai."""

import math
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Literal

from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_timedelta

from storage.clock import SHANGHAI
from storage.texts import N_, Gettext

Unit = Literal["year", "month", "week", "day", "hour", "minute", "second"]
SHORTEST = 60  # seconds
LONGER = 1.2
"""From that many of a unit on it is the one that is said: fourteen months, and then a year."""


def relative(at: datetime, now: datetime, language: str, gettext: Gettext) -> str:
    """“3 hours ago”, “in 2 days”."""
    away = int((at - now).total_seconds())
    if abs(away) < SHORTEST:
        return gettext(N_("just now"))
    unit, length = next(
        each for each in TIMEDELTA_UNITS if abs(away) >= LONGER * each[1] or each[0] == "minute"
    )
    count = max(1, round(abs(away) / length))
    return _said(unit, length * count * (1 if away > 0 else -1), language)


def exact(at: datetime, language: str) -> str:
    """Date and time to the minute."""
    local = at.astimezone(SHANGHAI)
    time = f"{local.hour:02}:{local.minute:02}"
    if language == "zh_CN":
        return f"{local.year}年{local.month}月{local.day}日 {time}"
    return f"{local.day} {_months('en')[local.month]} {local.year}, {time}"


def to_the_second(at: datetime) -> str:
    """The same in every language, for what has to be proved."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


@lru_cache(maxsize=1000)
def _said(unit: Unit, seconds: int, language: str) -> str:
    """So many whole units: Babel puts a sentence together from five tables for it, and there are few sentences."""
    return format_timedelta(
        timedelta(seconds=seconds),
        granularity=unit,
        threshold=math.inf,
        add_direction=True,
        locale=_locale(language),
    )


@cache
def _months(language: str) -> dict[int, str]:
    return dict(_locale(language).months["format"]["abbreviated"])


@cache
def _locale(language: str) -> Locale:
    """Babel looks through a thousand file names for a name, every time; ours are two."""
    return Locale.parse(language)
