"""One try of one message: choose the channel, freeze the payload, send, note how it ended."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from notifier.budget import Budget, wait_until
from notifier.channel import Accepted, Account, Channel, SendFailed, Verdict
from notifier.first_tries import Batch, Begun, FirstTries, Notes
from notifier.rendering import Renderer
from notifier.retry import is_hopeless, retry_delay
from notifier.standing_in import StandIns, as_noted, found_there
from notifier.time_limit import TimeIsUp, TimeLimit
from storage import deliveries, outbox
from storage.channel_accounts import OpenedAccount
from storage.clock import Clock
from storage.database import Connection, Database
from storage.deliveries import OVER_BUDGET, Delivery, Route
from storage.failpoints import FailPoints
from storage.first_tries import Taken
from storage.outbox import Claimed
from storage.sealing import SealBroken
from storage.texts import N_

SEND_WITHIN_S = 75.0
SURPRISES = 50
PATIENCE = timedelta(
    hours=1
)  # longer than this nobody waits for a provider's budget while there is another way
NO_WAY_LEFT = N_("No channel is left on which this person could be told.")
NOT_ON_CHANNEL = N_("This person is not reached on this channel.")
LEFT = N_("This person has left the organisation.")
UNTRUE = N_("The case had moved on before it was sent.")
UNTRUE_LATER = N_("The case moved on while it was being sent; it may have arrived.")
NO_ACCOUNT = N_("The channel account cannot be used.")
TOO_SLOW = N_("The provider did not answer in time.")
BROKE = N_("Something unforeseen happened while it was being sent.")
BUDGET = N_("The address has had as many messages as the provider allows.")

log = structlog.get_logger()


class Accounts(Protocol):
    """Channel accounts with their secrets opened."""

    async def by_id(self, account_id: int, connection: Connection | None = None) -> OpenedAccount | None:
        """The active account of that id, or None; read by the caller's connection if it holds one."""
        ...


@dataclass(frozen=True)
class Channels:
    """The channels by kind, the accounts behind them, and what one address of a kind takes.

    `send_within_s` ends a try that a channel has not ended itself, so that no lease runs out under it.
    """

    by_kind: Mapping[str, Channel]
    accounts: Accounts
    budgets: Mapping[str, Sequence[Budget]] = field(default_factory=dict)
    send_within_s: float = SEND_WITHIN_S

    async def open(
        self, kind: str, account_id: int, connection: Connection | None = None
    ) -> tuple[Channel, OpenedAccount]:
        """Channel and account; raises `SendFailed` (configuration) when either cannot be used any more."""
        channel = self.by_kind.get(kind)
        try:
            opened = await self.accounts.by_id(account_id, connection)
        except SealBroken:
            log.exception("account_sealed", account=account_id)
            opened = None
        if opened is None or channel is None:
            raise SendFailed(Verdict.CONFIGURATION, "account", NO_ACCOUNT)
        return channel, opened

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Whatever is said to a provider; raises `SendFailed` when it takes too long."""
        try:
            async with asyncio.timeout(self.send_within_s):
                yield
        except TimeoutError:
            raise too_slow() from None


class Sender:
    """Sends claimed messages. The payload is committed before the first try, with its unique id."""

    def __init__(
        self,
        db: Database,
        channels: Channels,
        renderer: Renderer,
        real: Clock,
        random: Callable[[], float],
        fail: FailPoints,
    ) -> None:
        self._db = db
        self._channels = channels
        self._renderer = renderer
        self._real = real
        self._random = random
        self._fail = fail
        self._first_tries = FirstTries(db, channels, renderer, real)
        self._notes = Notes(db, real)
        self._stand_ins = StandIns(db, real)

    async def begin(self, limit: int, lease: timedelta, claimed: Callable[[int], None]) -> Batch:
        """Claim due messages, tell how many, and begin all first tries that are plain. Raises `DatabaseAway`."""
        return await self._first_tries.begin(limit, lease, claimed)

    async def send(self, message: Claimed) -> None:
        """Make one try of a claimed message.

        Raises `DatabaseAway`; the lease then runs out and the message is claimed again.
        """
        async with self._db.transaction() as tx:
            delivery = await self._begin(tx, message)
        if delivery is not None:
            self._fail.hit("notifier.frozen")
            await self._try(message, delivery)

    async def hand_over(self, begun: Begun, in_time: TimeLimit) -> Taken | None:
        """Make a first try that has begun; what is to be noted by `note`, or None: it failed, and that is noted."""
        self._fail.hit("notifier.frozen")
        delivery, way = begun.delivery, begun.way
        try:
            with in_time:
                accepted = await way.channel.send(delivery.payload, delivery.address, way.account)
        except TimeIsUp:
            await self._failed(begun.message, delivery, too_slow())
            return None
        except SendFailed as failure:
            await self._failed(begun.message, delivery, failure)
            return None
        self._fail.hit("notifier.accepted")
        return _taken(begun.message, delivery, accepted)

    def time_limit(self) -> TimeLimit:
        """For first tries that are handed over together, from now on."""
        return TimeLimit(self._channels.send_within_s)

    async def note(self, taken: Sequence[Taken]) -> None:
        """Write down what providers took; raises `DatabaseAway`, and the leases run out."""
        if taken:
            await self._notes.take(taken)
        for _ in taken:
            self._fail.hit("notifier.noted")

    async def put_off(self, message: Claimed) -> None:
        """Try again later, after something that should not have happened; many hours later give it up."""
        now = self._real.now()
        async with self._db.connection() as connection:
            if message.attempts >= SURPRISES:
                await outbox.give_up(connection, message, "dead", now, BROKE)
                log.error("message_dead", message=message.id, kind=message.kind, case=message.number)
            else:
                until = now + retry_delay(message.attempts, self._random())
                await outbox.put_off(connection, message, until, BROKE)

    async def _begin(self, tx: Connection, message: Claimed) -> Delivery | None:
        """The delivery to try now; None for a message that is not ours any more, untrue, or not to be sent now."""
        longest = timedelta(seconds=self._channels.send_within_s)
        held = await outbox.hold(tx, message, self._real.now() + longest)
        if held is None:
            log.warning("lease_lost", message=message.id)
            return None
        if held.has_left or not held.still_true:
            await self._withdraw(tx, held)
            return None
        return await self._next_try(tx, held)

    async def _next_try(self, tx: Connection, message: Claimed) -> Delivery | None:
        """The delivery to try now; None when it has to wait, or nobody can be told."""
        delivery = await deliveries.open_delivery(tx, message)
        route = delivery.route if delivery else await self._stand_ins.next_route(tx, message)
        if route is None:
            await self._no_way(tx, message)
            return None
        if instead := await self._stand_ins.instead_of(tx, message, route, is_new=delivery is None):
            return await self._stand_in(tx, message, delivery, instead)
        if await self._held_back(tx, message, route, delivery):
            return None
        if delivery is not None:
            return await deliveries.begin_try(tx, delivery, self._real.now())
        return await self._freeze(tx, message, route)

    async def _stand_in(
        self, tx: Connection, message: Claimed, left: Delivery | None, route: Route
    ) -> Delivery | None:
        """Go on by another account at the same address; of a try that is left open nobody knows how it ended."""
        if await self._held_back(tx, message, route, None):
            return None
        if left is not None:
            await self._stand_ins.leave(tx, left)
        delivery = await self._freeze(tx, message, route)
        if delivery and left and (left.maybe_twice or left.state == "sending"):
            await deliveries.may_be_second(tx, delivery)
        return delivery

    async def _no_way(self, tx: Connection, message: Claimed) -> None:
        """Nobody can be told; where a message is for one channel only, who does not have it misses nothing."""
        now = self._real.now()
        if message.channel is not None and await deliveries.count_for(tx, message) == 0:
            await outbox.give_up(tx, message, "withdrawn", now, NOT_ON_CHANNEL)
            return
        await outbox.give_up(tx, message, "dead", now, NO_WAY_LEFT)
        log.error("message_dead", message=message.id, kind=message.kind, case=message.number)

    async def _held_back(
        self, tx: Connection, message: Claimed, route: Route, delivery: Delivery | None
    ) -> bool:
        """Does the provider take no more now? Then the message waits, or takes another way if that were long."""
        until, now = await self._budget_until(tx, route), self._real.now()
        if until is None:
            return False
        if until - now > PATIENCE and await deliveries.has_another_way(tx, message, route):
            await self._pass_over(tx, message, route, SendFailed(Verdict.RATE, OVER_BUDGET, BUDGET), delivery)
        else:
            await outbox.put_off(tx, message, until, BUDGET)
        return True

    async def _budget_until(self, tx: Connection, route: Route) -> datetime | None:
        budgets = self._channels.budgets.get(route.channel, ())
        if not budgets:
            return None
        now = self._real.now()
        longest = max(budget.window for budget in budgets)
        tries = await deliveries.sent_since(tx, route.account_id, route.address, now - longest)
        return wait_until(tries, budgets, now)

    async def _freeze(self, tx: Connection, message: Claimed, route: Route) -> Delivery | None:
        """Keep the payload for the first try; one that cannot be composed is refused, and the next way is taken."""
        unique_id = await self._unique_id(tx, message)
        try:
            payload = await self._compose(tx, message, route, unique_id)
        except SendFailed as failure:
            await self._pass_over(tx, message, route, failure, None)
            return None
        return await deliveries.freeze(tx, message, route, unique_id, payload, self._real.now())

    async def _pass_over(
        self, tx: Connection, message: Claimed, route: Route, failure: SendFailed, delivery: Delivery | None
    ) -> None:
        """This way is given up for this message, unsent; the next claim takes the next one."""
        now = self._real.now()
        if delivery is None:
            unique_id = await self._unique_id(tx, message)
            delivery = await deliveries.freeze(tx, message, route, unique_id, {}, now)
        await deliveries.failed(tx, delivery, "refused", as_noted(failure), now)
        await outbox.put_off(tx, message, now, failure.reason)

    async def _unique_id(self, tx: Connection, message: Claimed) -> str:
        return f"y{message.id}-{await deliveries.count_for(tx, message) + 1}"

    async def _compose(
        self, tx: Connection, message: Claimed, route: Route, unique_id: str
    ) -> dict[str, Any]:
        channel, opened = await self._channels.open(route.channel, route.account_id, tx)
        content = self._renderer.content(message, unique_id, opened.name)
        return channel.compose(content, route.address, as_account(opened))

    async def _try(self, message: Claimed, delivery: Delivery) -> None:
        try:
            accepted = await self._hand_over(delivery)
        except SendFailed as failure:
            await self._failed(message, delivery, failure)
            return
        self._fail.hit("notifier.accepted")
        await self.note([_taken(message, delivery, accepted)])
        await self._stand_ins.worked(delivery)

    async def _hand_over(self, delivery: Delivery) -> Accepted:
        """Raises `SendFailed`; a message that the provider has had before has arrived by an earlier try."""
        channel, opened = await self._channels.open(delivery.channel, delivery.account_id)
        account = as_account(opened)
        try:
            async with self._channels.in_time():
                if found := await found_there(channel, delivery, account):
                    return found
                return await channel.send(delivery.payload, delivery.address, account)
        except SendFailed as failure:
            if failure.seen_before and delivery.maybe_twice:
                return Accepted("", note=failure.reason)
            raise

    async def _failed(self, message: Claimed, delivery: Delivery, failure: SendFailed) -> None:
        """Later on the same channel, or at once on the next."""
        lasting = failure.verdict in (Verdict.PERMANENT, Verdict.CONFIGURATION)
        if failure.verdict is Verdict.RATE and timedelta(seconds=failure.retry_after_s or 0) > PATIENCE:
            lasting = await self._has_another_way(message, delivery)
        if lasting or is_hopeless(delivery.tries + 1):
            await self._refused(message, delivery, failure)
            return
        until = self._real.now() + retry_delay(delivery.tries, self._random(), failure.retry_after_s)
        state = "sending" if failure.maybe_delivered else "waiting"
        await self._note(message, delivery, state, failure, until)

    async def _has_another_way(self, message: Claimed, delivery: Delivery) -> bool:
        """Would it be sooner told another way than by waiting for this one?"""
        async with self._db.connection() as connection:
            if await deliveries.has_another_way(connection, message, delivery.route):
                return True
            return await self._stand_ins.is_there(connection, delivery)

    async def _refused(self, message: Claimed, delivery: Delivery, failure: SendFailed) -> None:
        """This channel is given up for this message; the next claim takes the next one."""
        await self._note(message, delivery, "refused", failure, self._real.now())

    async def _note(
        self, message: Claimed, delivery: Delivery, state: str, failure: SendFailed, until: datetime
    ) -> None:
        log.warning(
            "try_failed",
            message=message.id,
            channel=delivery.channel,
            verdict=failure.verdict,
            code=failure.code,
        )
        async with self._db.transaction() as tx:
            # Without the lease somebody else is trying: how that ends is what counts.
            if await outbox.put_off(tx, message, until, failure.reason):
                await deliveries.failed(tx, delivery, state, as_noted(failure), self._real.now())
                await self._stand_ins.failed(tx, delivery, failure)

    async def _withdraw(self, tx: Connection, message: Claimed) -> None:
        """Not sent any more; a try whose end nobody knows stays open in the ledger, for it may have arrived."""
        begun = await deliveries.open_delivery(tx, message)
        perhaps = begun is not None and (begun.state == "sending" or begun.maybe_twice)
        reason = LEFT if message.has_left else UNTRUE_LATER if perhaps else UNTRUE
        await outbox.give_up(tx, message, "withdrawn", self._real.now(), reason)


def too_slow() -> SendFailed:
    """What it means when a provider does not answer in time."""
    return SendFailed(Verdict.TEMPORARY, "timeout", TOO_SLOW, maybe_delivered=True)


def _taken(message: Claimed, delivery: Delivery, accepted: Accepted) -> Taken:
    of = accepted
    return Taken(message, delivery, of.provider_id, of.update_code, of.parts, of.cost)


def as_account(opened: OpenedAccount) -> Account:
    """The account as channels know it."""
    return Account(opened.id, opened.settings, opened.secrets)
