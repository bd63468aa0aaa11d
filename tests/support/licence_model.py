"""What licences should tell, said once more and independently of the product: plain dates, day by day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

IN_THE_UNIT = {
    "blue": ("contact",),
    "yellow": ("contact", "head"),
    "orange": ("contact", "head", "director"),
    "red": ("contact", "head", "director"),
}
OVERSEERS: dict[str, tuple[str, ...]] = {"orange": ("city",), "red": ("city", "province")}


def audience(colour: str, *, applied: bool) -> list[tuple[str, str]]:
    """Who is told, and how: "" to act in the unit, "issue" as the authority, "overseen" for information."""
    acting = [("province", "issue")] if applied else [(role, "") for role in IN_THE_UNIT[colour]]
    told = {role for role, _ in acting}
    return acting + [(role, "overseen") for role in OVERSEERS.get(colour, ()) if role not in told]


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
    acknowledged: str | None = None
    next_red: datetime | None = None
    red_until: date | None = None
    silent: bool = False

    def look(self, now: datetime) -> str | None:
        """The colour to be told at this moment, local time."""
        colour = None if self.over else colour_on(now.date(), self.limit)
        if colour is None or now < _at(begins(colour, self.limit)):
            return None
        if colour == "red":
            return self._red(now)
        if colour in self.told:
            return None
        if colour == self.acknowledged:
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
        if self.red_until is not None and now.date() <= self.red_until:
            self.silent = True
            return None
        self.silent = False
        return "red"

    def acknowledge(self, now: datetime, planned: date) -> None:
        self.acknowledged = colour_on(now.date(), self.limit)
        if self.acknowledged == "red":
            self.red_until = planned

    def go_on(self) -> None:
        """The next state has begun: what was silent so far is told there, unless it still is."""
        if self.silent:
            self.next_red = None

    def apply(self) -> None:
        """It is the authority's turn, and what the unit planned keeps nobody quiet there."""
        self.acknowledged = self.red_until = None

    def extend(self, now: datetime, limit: date) -> None:
        self.limit, self.over = limit, False
        self.next_red = self.red_until = None
        self.silent = False
        self.acknowledged = colour_on(now.date(), limit)
        self.told = set()

    def end(self) -> None:
        self.over = True


def _at(day: date) -> datetime:
    return datetime.combine(day, time(HOUR))
