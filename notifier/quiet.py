"""Quiet hours: until when somebody is not to be disturbed. Times of day are those of Asia/Shanghai. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from storage.clock import SHANGHAI


@dataclass(frozen=True)
class QuietHours:
    """From one time of day to another, perhaps over midnight; the same time twice means none."""

    begin: time
    end: time

    @classmethod
    def of_words(cls, begin: str, end: str) -> "QuietHours | None":
        """From 'HH:MM' and 'HH:MM'; None for what is no time."""
        try:
            return cls(time.fromisoformat(begin), time.fromisoformat(end))
        except ValueError:
            return None

    def ends_at(self, now: datetime) -> datetime | None:
        """When the quiet hours end that hold at that instant; None outside of them."""
        here = now.astimezone(SHANGHAI)
        if not self._holds(here.time()):
            return None
        end = datetime.combine(here.date(), self.end, SHANGHAI)
        return (end if end > here else end + timedelta(days=1)).astimezone(now.tzinfo)

    def _holds(self, at: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end
