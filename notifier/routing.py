"""Which way a message takes, and for how long it stays there: policy, contact points, what was tried. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.providers.accounts import ACCOUNT_KINDS, kinds_of
from notifier.quiet import QuietHours
from storage.deliveries import Route
from storage.kinds import Severity
from storage.ways import Used, Way

ANY = "own"
PRESSING = (Severity.URGENT, Severity.CRITICAL)
CALLS = "voice"


class Order(BaseModel):
    """The policy for one severity. A medium `own` is the next channel in the person's own order.

    `*_minutes`: after so long without delivery (or, if it has to be `acknowledged`, without that) the next one is
    taken; 0: never. `through_quiet`: people are told within their quiet hours too.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    first: str = ANY
    first_minutes: int = Field(default=0, ge=0)
    second: str = ANY
    second_minutes: int = Field(default=0, ge=0)
    third: str = ANY
    third_minutes: int = Field(default=0, ge=0)
    acknowledged: bool = False
    through_quiet: bool = False

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """Medium and minutes, in order."""
        return (
            (self.first, self.first_minutes),
            (self.second, self.second_minutes),
            (self.third, self.third_minutes),
        )

    @property
    def is_plain(self) -> bool:
        """Does it leave everything to the contact points' ranks, and never escalate?"""
        return all(medium == ANY and not minutes for medium, minutes in self.steps)


class Night(BaseModel):
    """The policy of quiet hours, in full hours of Asia/Shanghai. `duty_first`: who is not on duty sleeps."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    quiet_from: int = Field(default=0, ge=0, le=23)
    quiet_to: int = Field(default=0, ge=0, le=23)
    duty_first: bool = True

    @property
    def hours(self) -> QuietHours:
        """The hours as such."""
        return QuietHours(time(self.quiet_from), time(self.quiet_to))


@dataclass(frozen=True)
class Choice:
    """The way to take, and how long to wait there before the next one; None: no next one is taken by itself."""

    route: Route
    wait: timedelta | None


def order_of(value: Mapping[str, Any] | None) -> Order:
    """A policy as it is stored; one that makes no sense leaves everything to the ranks."""
    try:
        return Order.model_validate(value or {})
    except ValidationError:
        return Order()


def night_of(value: Mapping[str, Any] | None) -> Night:
    """The same for quiet hours: none."""
    try:
        return Night.model_validate(value or {})
    except ValidationError:
        return Night()


def medium_of(kind: str) -> str:
    """How accounts of that kind reach people."""
    known = ACCOUNT_KINDS.get(kind)
    return known.medium if known else kind


def kinds_by(medium: str) -> tuple[str, ...]:
    """The kinds of account that reach people that way."""
    return tuple(kind for kind, known in ACCOUNT_KINDS.items() if known.medium == medium)


def choose(ways: Sequence[Way], order: Order, used: Sequence[Used], only: str | None = None) -> Choice | None:
    """The next way that was not used, in the policy's order; None when none is left.

    `ways` come by rank. `only` is the one medium (or kind of account) by which the message is to go; it stays there.
    """
    if only is not None:
        mine = (way for way in ways if only in (way.route.channel, medium_of(way.route.channel)))
        return next((Choice(way.route, None) for way in mine if is_new(way.route, used)), None)
    for way, minutes in in_order(ways, order):
        if is_new(way.route, used):
            return Choice(way.route, timedelta(minutes=minutes) if minutes else None)
    return None


def in_order(ways: Sequence[Way], order: Order) -> Iterator[tuple[Way, int]]:
    """All ways with the minutes that each gets.

    Phones ring only where the policy says so, or where the person has nothing else left and the message asks to act.
    """
    left = list(ways)
    for medium, minutes in order.steps:
        for way in _of_step(medium, left):
            left.remove(way)
            yield way, minutes
    yield from ((way, order.first_minutes) for way in left if not way.rings)
    yield from ((way, order.first_minutes) for way in left if way.rings_at_last)


def _of_step(medium: str, left: Iterable[Way]) -> list[Way]:
    if medium == ANY:
        return [way for way in left if not way.rings][:1]
    return [way for way in left if medium_of(way.route.channel) == medium]


def is_new(route: Route, used: Sequence[Used]) -> bool:
    """Is it a way that was not used?

    An address that was told, or refused, by one account is not tried by another one of the same medium.
    """
    return not any(
        was.address == route.address
        and (was.account_id == route.account_id or (was.settles and was.channel in kinds_of(route.channel)))
        for was in used
    )
