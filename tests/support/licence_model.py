"""What licences should tell, said once more and independently of the product: plain dates, day by day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

AUDIENCE = {
    "blue": (("contact",), "first"),
    "yellow": (("contact", "head"), "two"),
    "orange": (("contact", "head", "director", "city"), "two"),
    "red": (("contact", "head", "director", "city", "province"), "two"),
}
HOUR = 9
WEEK = 7


def months_before(limit: date, months: int) -> date:
    """The day of that number so many months before; the month's last day where there is none."""
    year, month = limit.year, limit.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    for number in range(limit.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


def begins(colour: str, limit: date) -> date:
    months = {"blue": 6, "yellow": 3, "orange": 1}
    return months_before(limit, months[colour]) if colour in months else limit + timedelta(days=1)


def colour_on(day: date, limit: date) -> str | None:
    if day > limit:
        return "red"
    for colour in ("orange", "yellow", "blue"):
        if begins(colour, limit) <= day:
            return colour
    return None


@dataclass
class ModelLicence:
    """One licence. `told`: the stages that are over and done with, of the present limit."""

    limit: date
    over: bool = False
    told: set[str] = field(default_factory=set)
    next_red: datetime | None = None
    red_until: date | None = None

    def look(self, now: datetime) -> str | None:
        """The colour to be told at this moment, local time."""
        colour = None if self.over else colour_on(now.date(), self.limit)
        if colour is None or now < _at(begins(colour, self.limit)):
            return None
        if colour == "red":
            return self._red(now)
        if colour in self.told:
            return None
        self.told.add(colour)
        return colour

    def _red(self, now: datetime) -> str | None:
        due = self.next_red or _at(begins("red", self.limit))
        if now < due:
            return None
        while due <= now:
            due += timedelta(days=WEEK)
        if due - now < timedelta(days=WEEK / 2):  # told late, and so for the turn that would come at once
            due += timedelta(days=WEEK)
        self.next_red = due
        quiet = self.red_until is not None and now.date() <= self.red_until
        return None if quiet else "red"

    def acknowledge(self, now: datetime, planned: date) -> None:
        colour = colour_on(now.date(), self.limit)
        if colour == "red":
            self.red_until = planned
        elif colour is not None:
            self.told.add(colour)

    def extend(self, now: datetime, limit: date) -> None:
        self.limit, self.over = limit, False
        self.next_red = self.red_until = None
        colour = colour_on(now.date(), limit)
        self.told = {colour} if colour else set()

    def end(self) -> None:
        self.over = True


def _at(day: date) -> datetime:
    return datetime.combine(day, time(HOUR))
