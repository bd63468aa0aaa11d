"""Limits for visitors without sign-in: a sliding window in memory, for each process."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from h5_pages.services import Rate
from storage.clock import Clock
from storage.texts import N_
from workflows.errors import WorkflowError

KEYS_KEPT = 20_000


class TooOften(WorkflowError):
    """The visitor has to wait."""

    text = N_("Too many requests in a short time. Please try again in {seconds} seconds.")

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.seconds = seconds


class SlidingWindow:
    """Counts by key over real time. Bounded: the key that was used least recently is forgotten."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def count(self, rate: Rate, *keys: str) -> None:
        """Count one use for each key; raises `TooOften`, and then counts for none."""
        now, window = self._real.now(), timedelta(seconds=rate.seconds)
        uses = [self._uses(key, now - window) for key in keys]
        full = [times[0] for times in uses if len(times) >= rate.times]
        if full:
            raise TooOften(max(1, round((max(full) + window - now).total_seconds())))
        for times in uses:
            times.append(now)

    def _uses(self, key: str, since: datetime) -> deque[datetime]:
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while times and times[0] <= since:
            times.popleft()
        if len(self._seen) > KEYS_KEPT:
            self._seen.popitem(last=False)
        return times
