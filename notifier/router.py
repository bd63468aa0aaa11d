"""What the policies say of a message: by which way it goes now, whether it waits, who is told if no way is left."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from notifier.noise import digest_hour
from notifier.plain import QUIET_HOURS, policy_of
from notifier.quiet import QuietHours
from notifier.routing import (
    CALLS,
    PRESSING,
    Choice,
    Night,
    Order,
    choose,
    kinds_by,
    medium_of,
    night_of,
    order_of,
)
from notifier.standing_in import StandIns
from storage import chat_policy, deliveries, duty, outbox, policy_values, preferences, routing_notes, ways
from storage.clock import Clock
from storage.database import Connection
from storage.deliveries import Delivery, Failure, Route
from storage.escalations import TOO_LATE
from storage.kinds import Severity
from storage.outbox import Claimed
from storage.routing_notes import What
from storage.standby import TEMPORARY
from storage.texts import N_
from storage.ways import Used, Way

REPEAT = "notify.repeat"
# What presses stays no longer with a way that does not take it, even where no policy says after how long the next one
# is taken; sooner than the auditor calls it untold.
UNDELIVERED = timedelta(minutes=10)
QUIET = N_("It waits for the end of the quiet hours.")
DUTY = N_("Somebody on duty is notified; this message waits for the end of the quiet hours.")


@dataclass(frozen=True)
class Rules:
    """What holds where nobody set a policy, by its name; roles whose holders are told in the end, the nearest first.

    `storms` are the workflows whose messages may come in storms: theirs are begun one by one. Of these, the kinds
    `alone` are told by themselves all the same.
    """

    shipped: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    heads: Sequence[str] = ()
    storms: Sequence[str] = ()
    alone: Collection[str] = ()


@dataclass(frozen=True)
class Manner:
    """What holds for one message."""

    order: Order
    night: Night
    digest: time | None = None
    """When what is for information is told, once a day."""

    def wait_on(self, channel: str) -> timedelta | None:
        """How long a try on that kind of channel has before the next one is taken."""
        minutes = next(
            (m for medium, m in self.order.steps if medium == medium_of(channel)), self.order.first_minutes
        )
        return timedelta(minutes=minutes) if minutes else None

    def tries_on(self, message: Claimed, channel: str) -> timedelta | None:
        """How long a message that is not delivered is tried on that kind of channel alone; None: to the end."""
        return self.wait_on(channel) or (UNDELIVERED if is_pressing(message) else None)


class Router:
    """Asks policies, preferences and the ledger. Both clocks: policies and duty are in business time."""

    def __init__(self, rules: Rules, stand_ins: StandIns, business: Clock, real: Clock) -> None:
        self._rules = rules
        self._stand_ins = stand_ins
        self._business = business
        self._real = real

    async def manner(self, tx: Connection, message: Claimed) -> Manner:
        """What holds at the organisation that the message is about."""
        name = policy_of(message.severity or Severity.INFO)
        asked = [name, QUIET_HOURS, digest_hour.POLICY]
        set_ = await policy_values.nearest_of(tx, asked, message.path, self._business.now())
        value, night, daily = (set_.get(each, self._rules.shipped.get(each)) for each in asked)
        return Manner(order_of(value), night_of(night), digest_hour.daily_of(daily).at)

    async def repeats_after(self, tx: Connection, message: Claimed) -> timedelta:
        """How soon a reminder may be told again; zero where nothing is set."""
        set_ = await policy_values.nearest(tx, REPEAT, message.path, self._business.now())
        value = set_ or self._rules.shipped.get(REPEAT) or {}
        return timedelta(minutes=int(value.get("amount", 0)))

    async def next(self, tx: Connection, message: Claimed, manner: Manner) -> Choice | None:
        """The way to take now; None when none is left."""
        if (
            not manner.order.acknowledged
            and message.held == outbox.ESCALATED
            and await ways.was_taken(tx, message)
        ):
            return None  # it was delivered, and no more was asked for
        if route := await self._stand_ins.after_refusal(tx, message):
            return Choice(route, manner.wait_on(route.channel))
        return await self._choose(tx, message, manner, await ways.used(tx, message))

    async def ways_to(self, tx: Connection, message: Claimed) -> Sequence[Way]:
        """All ways to the recipient, by rank."""
        return await ways.ways_to(tx, message, kinds_by("sms"), kinds_by(CALLS))

    async def next_beside(
        self, tx: Connection, message: Claimed, manner: Manner, trying: Sequence[Used]
    ) -> Choice | None:
        """The next way that was neither used nor is being tried."""
        return await self._choose(tx, message, manner, [*await ways.used(tx, message), *trying])

    async def has_another(self, tx: Connection, message: Claimed, manner: Manner, route: Route) -> bool:
        """Is there a way, beside that one, which was not used for this message?"""
        used = [*await ways.used(tx, message), Used(route.account_id, route.channel, route.address, False)]
        return await self._choose(tx, message, manner, used) is not None

    async def lets_decide(self, tx: Connection, message: Claimed, channel: str) -> bool:
        """May the case be decided on that channel, as its house has it?"""
        if channel != "telegram":
            return True
        return await chat_policy.may_decide(tx, message.path, self._business.now())

    async def leave(self, tx: Connection, message: Claimed, manner: Manner, begun: Delivery) -> bool:
        """Give up a way on which nothing was delivered in time, if there is another one."""
        if not await self.has_another(tx, message, manner, begun.route):
            return False
        await deliveries.failed(
            tx, begun, "refused", Failure("too_late", TOO_LATE, TEMPORARY), self._real.now()
        )
        return True

    async def holds(self, tx: Connection, message: Claimed, manner: Manner) -> bool:
        """Is the recipient left alone at this hour, or told at another? Then the message is put off till then."""
        if message.person_id is None or message.held == outbox.WOKEN:
            return False
        own, now = await preferences.own(tx, message.person_id), self._real.now()
        if await digest_hour.holds(tx, message, digest_hour.time_of(own.digest_at) or manner.digest, now):
            return True
        hours = QuietHours.of_words(*own.quiet) if own.quiet else manner.night.hours
        until = hours.ends_at(now) if hours else None
        held = await self._why_held(tx, message, manner) if until else None
        if until is None or held is None:
            return False
        await self._hold(tx, message, until, held)
        return True

    async def _why_held(self, tx: Connection, message: Claimed, manner: Manner) -> str | None:
        person, at = message.person_id, self._business.now()
        if person is None or await duty.is_on_duty(tx, person, message.path, at):
            return None
        if message.severity != Severity.CRITICAL and not manner.order.through_quiet:
            return "quiet"
        if not manner.night.duty_first or message.case_id is None:
            return None
        return "duty" if await duty.colleague_told(tx, message, at) else None

    async def _hold(self, tx: Connection, message: Claimed, until: datetime, held: str) -> None:
        reason = DUTY if held == "duty" else QUIET
        await outbox.put_off(tx, message, until, reason, held)
        now = self._real.now()
        await routing_notes.note(
            tx, message.id, What.HELD, now, code=held, reason=reason, until=until.isoformat()
        )

    async def _choose(
        self, tx: Connection, message: Claimed, manner: Manner, used: Sequence[Used]
    ) -> Choice | None:
        return choose(await self.ways_to(tx, message), manner.order, used, message.channel)


def is_pressing(message: Claimed) -> bool:
    """Is it urgent, or more?"""
    return message.severity in PRESSING
