"""When a failed try is made again, and when it is given up. Pure."""

from datetime import timedelta

FIRST = 2.0
MOST = 900.0
GIVE_UP_AFTER = 20


def retry_delay(tries: int, jitter: float, at_least_s: float | None = None) -> timedelta:
    """Back-off before try `tries + 1`: doubles from 2 s to 15 min, of which the upper half is jitter in [0, 1).

    `at_least_s` is what the provider asked for, in seconds.
    """
    ceiling = min(MOST, FIRST * 2 ** min(tries, 20))
    delay = ceiling / 2 + jitter * ceiling / 2
    return timedelta(seconds=max(delay, at_least_s or 0.0))


def retry_by(latest: timedelta, delay: timedelta, at_least_s: float | None = None) -> timedelta:
    """The same back-off, but that in `latest` it is looked at once more; if that is past, or too soon, no sooner."""
    return min(delay, latest) if latest >= timedelta(seconds=at_least_s or 1.0) else delay


def is_hopeless(tries: int) -> bool:
    """After about two hours of temporary failures the next channel is taken."""
    return tries >= GIVE_UP_AFTER
