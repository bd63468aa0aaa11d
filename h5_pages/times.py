"""Times as people say them, and exactly, in Asia/Shanghai."""

from datetime import datetime, timedelta
from functools import cache

from babel import Locale
from babel.dates import format_datetime, format_timedelta

from storage.clock import SHANGHAI
from storage.texts import N_, Gettext

PATTERNS = {"zh_CN": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}


def relative(at: datetime, now: datetime, language: str, gettext: Gettext) -> str:
    """“3 hours ago”, “in 2 days”."""
    away = at - now
    if abs(away) < timedelta(minutes=1):
        return gettext(N_("just now"))
    return format_timedelta(
        away, granularity="minute", threshold=1.2, add_direction=True, locale=_locale(language)
    )


def exact(at: datetime, language: str) -> str:
    """Date and time to the minute."""
    return format_datetime(
        at, PATTERNS.get(language, PATTERNS["en"]), tzinfo=SHANGHAI, locale=_locale(language)
    )


@cache
def _locale(language: str) -> Locale:
    """Babel looks through a thousand file names for a name, every time; ours are two."""
    return Locale.parse(language)
