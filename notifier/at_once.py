"""Begins a message that is to go several ways at once: one message, and a delivery for each of them.

What one way took stays taken; what another refused is made up for by the next one. While some wait to be tried again
later messages of the case may pass, and once all are done with the message is sent if any of them took it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.budget import tally
from notifier.channel import SendFailed
from notifier.channels import Channels
from notifier.nobody import Nobody
from notifier.providers.accounts import kinds_of
from notifier.router import Manner, Router, is_pressing
from notifier.spreading import wanted
from notifier.standing_in import StandIns
from storage import deliveries, outbox, ways
from storage.clock import Clock
from storage.database import Connection
from storage.deliveries import Delivery, Route
from storage.outbox import Claimed
from storage.spread import Spread
from storage.ways import Used

Freeze = Callable[[Connection, Claimed, Route], Awaitable[Delivery | SendFailed]]


@dataclass(frozen=True)
class Try:
    """A way to be tried: a new one, or one that a former try left open."""

    route: Route
    left_open: Delivery | None = None


@dataclass(frozen=True)
class Begun:
    """What is to be handed over now. `later`: when a provider takes one more by a way that waits for that."""

    tries: Sequence[Delivery] = ()
    later: datetime | None = None
    is_spread: bool = False


class AtOnce:
    """Begins tries of one message by several ways. `real` is the real clock."""

    def __init__(
        self, channels: Channels, router: Router, stand_ins: StandIns, nobody: Nobody, real: Clock
    ) -> None:
        self._channels = channels
        self._router = router
        self._stand_ins = stand_ins
        self._nobody = nobody
        self._real = real

    async def begin(
        self, tx: Connection, message: Claimed, manner: Manner, spread: Spread, freeze: Freeze
    ) -> Begun | None:
        """The tries to make now; None where one way more is taken as for any message, or nobody is left to be told.

        `freeze` keeps a payload in the ledger, or says why there is none.
        """
        open_ones = await deliveries.open_ones(tx, message)
        used = await ways.used(tx, message)
        fresh = await self._fresh(tx, message, manner, spread, open_ones, used)
        if not open_ones and not fresh:
            return await self._is_done(tx, message, used)
        if not open_ones and not used:
            if await self._router.holds(tx, message, manner):
                return Begun(is_spread=True)
            wait = manner.wait_on(fresh[0].channel)
            await outbox.escalate_at(tx, message, self._real.now() + wait if wait else None)
        if not any(was.taken for was in used) and self._is_late(message, manner, open_ones):
            await self._nobody.tell_as_well(tx, message)
        tries = [*(Try(each.route, each) for each in open_ones), *(Try(route) for route in fresh)]
        return await self._start(tx, message, tries, freeze)

    async def _fresh(
        self,
        tx: Connection,
        message: Claimed,
        manner: Manner,
        spread: Spread,
        open_ones: Sequence[Delivery],
        used: Sequence[Used],
    ) -> list[Route]:
        """Ways that were not tried yet; of one that nobody acknowledged in time the next one as well."""
        trying = [Used(each.account_id, each.channel, each.address, True, taken=True) for each in open_ones]
        known = [*used, *trying]
        found = wanted(await self._router.ways_to(tx, message), manner.order, spread, known)
        if (standby := await self._stand_ins.after_refusal(tx, message)) and not _is_told(standby, known):
            found = [standby, *(route for route in found if route.address != standby.address)]
        if open_ones and not found and message.held == outbox.ESCALATED:
            choice = await self._router.next_beside(tx, message, manner, trying)
            found = [choice.route] if choice else []
        return found

    async def _is_done(self, tx: Connection, message: Claimed, used: Sequence[Used]) -> Begun | None:
        if message.held == outbox.ESCALATED or not any(was.taken for was in used):
            return None
        await outbox.sent(tx, message, self._real.now())
        return Begun(is_spread=True)

    def _is_late(self, message: Claimed, manner: Manner, open_ones: Sequence[Delivery]) -> bool:
        """Has nothing taken it for as long as one way has for it?"""
        if message.held == outbox.ESCALATED:
            return True
        now = self._real.now()
        spans = ((each, manner.tries_on(message, each.channel)) for each in open_ones if each.tries)
        return is_pressing(message) and any(
            longest is not None and now - each.created_at >= longest for each, longest in spans
        )

    async def _start(self, tx: Connection, message: Claimed, tries: Sequence[Try], freeze: Freeze) -> Begun:
        instead = [
            await self._stand_ins.instead_of(tx, message, each.route, is_new=each.left_open is None)
            for each in tries
        ]
        routes = [by or each.route for each, by in zip(tries, instead, strict=True)]
        counted = await tally(tx, self._channels.budgets, routes, self._real.now())
        begun: list[Delivery] = []
        waits: list[datetime] = []
        for each, by, route in zip(tries, instead, routes, strict=True):
            until = counted.until(route, pressing=is_pressing(message))
            if until is not None:
                waits.append(until)
                continue
            counted.take(route)
            if delivery := await self._one(tx, message, each, by, freeze):
                begun.append(delivery)
        return Begun(begun, min(waits, default=None), is_spread=True)

    async def _one(
        self, tx: Connection, message: Claimed, which: Try, instead: Route | None, freeze: Freeze
    ) -> Delivery | None:
        """None where it could not be composed, which the ledger says."""
        left = which.left_open
        if left is not None and instead is None:
            return await deliveries.begin_try(tx, left, self._real.now())
        if left is not None:
            await self._stand_ins.leave(tx, left)
        frozen = await freeze(tx, message, instead or which.route)
        if isinstance(frozen, SendFailed):
            return None
        if left is not None and (left.maybe_twice or left.state == "sending"):
            await deliveries.may_be_second(tx, frozen)
        return frozen


def _is_told(route: Route, known: Sequence[Used]) -> bool:
    return any(
        was.taken and was.address == route.address and was.channel in kinds_of(route.channel) for was in known
    )
