"""One try of one message: choose the channel, freeze the payload, send, note how it ended."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from notifier import chats
from notifier.at_once import Begun as WaysBegun
from notifier.beginning import PATIENCE, Beginning
from notifier.channel import Accepted, SendFailed, Verdict
from notifier.channels import Channels, as_account, too_slow
from notifier.coming_back import once_it_answers
from notifier.first_tries import Batch, Begun, FirstTries, Notes
from notifier.listening import Listening
from notifier.nobody import Nobody
from notifier.noise.storms import Storms
from notifier.plain import Plain
from notifier.rendering import Renderer
from notifier.retry import is_hopeless, retry_by, retry_delay
from notifier.router import UNDELIVERED, Router, Rules, is_pressing
from notifier.standing_in import StandIns, as_noted, found_there
from notifier.time_limit import TimeIsUp, TimeLimit
from storage import deliveries, outbox, reach, storm_kinds, ways
from storage.chat_standing import Chat
from storage.clock import Clock
from storage.database import Connection, Database, DatabaseAway
from storage.deliveries import Delivery
from storage.failpoints import FailPoints
from storage.first_tries import Taken
from storage.outbox import Claimed
from storage.routing_notes import What
from storage.texts import N_

SURPRISES = 50
LATER = N_("Some of its channels are still to be tried.")
BROKE = N_("An unexpected error occurred while it was being sent.")

log = structlog.get_logger()


@dataclass(frozen=True)
class Manners:
    """What the house says of how people are told, and the business clock by which it holds."""

    business: Clock
    rules: Rules = field(default_factory=Rules)


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
        manners: Manners | None = None,
    ) -> None:
        self._db = db
        self._channels = channels
        self._real = real
        self._random = random
        self._fail = fail
        self._notes = Notes(db, real)
        self._stand_ins = StandIns(db, real)
        manners = manners or Manners(real)
        router = Router(manners.rules, self._stand_ins, manners.business, real)
        self._listening = Listening(manners.business, real)
        nobody = Nobody(manners.rules, manners.business, real)
        self._storms = Storms(db, manners.rules, manners.business, real)
        self._beginning = Beginning(channels, renderer, router, self._stand_ins, nobody, self._storms, real)
        apart = (*manners.rules.storms, *renderer.reminders)
        self._first_tries = FirstTries(
            db, channels, renderer, real, Plain(manners.rules.shipped, real), apart
        )

    async def begin(
        self, limit: int, lease: timedelta, claimed: Callable[[int], None], *, pressing: bool = False
    ) -> Batch:
        """Claim due messages, tell how many, and begin all first tries that are plain. Raises `DatabaseAway`."""
        return await self._first_tries.begin(limit, lease, claimed, pressing=pressing)

    async def send(self, message: Claimed) -> None:
        """Make one try of a claimed message.

        Raises `DatabaseAway` when that stays away; the lease then runs out and the message is claimed again. One that
        was not begun for that reason is due again as soon as the database answers.
        """
        await self._storms.a_moment(message)
        try:
            async with self._storms.turn(message), self._db.transaction() as tx:
                begun = await self._beginning.begin(tx, message)
        except DatabaseAway as away:
            log.warning("not_begun", message=message.id, reason=str(away))
            await once_it_answers(lambda: self._give_back(message))
            return
        if begun.tries:
            self._fail.hit("notifier.frozen")
        if begun.is_spread:
            await self._try_at_once(message, begun)
        for delivery in () if begun.is_spread else begun.tries:
            await self._try(message, delivery)

    async def hand_over(self, begun: Begun, in_time: TimeLimit) -> Taken | None:
        """Make a first try that has begun; what is to be noted by `note`, or None: it failed, and that is noted."""
        self._fail.hit("notifier.frozen")
        delivery, way = begun.delivery, begun.way
        try:
            with in_time:
                accepted = await way.channel.send(delivery.payload, delivery.address, way.account)
        except TimeIsUp:
            failed = too_slow()
        except SendFailed as failure:
            failed = failure
        else:
            self._fail.hit("notifier.accepted")
            return _taken(begun.message, delivery, accepted)
        await once_it_answers(lambda: self._failed(begun.message, delivery, failed))
        return None

    def time_limit(self) -> TimeLimit:
        """For first tries that are handed over together, from now on."""
        return TimeLimit(self._channels.send_within_s)

    async def note(self, taken: Sequence[Taken]) -> None:
        """Write down what providers took; raises `DatabaseAway` when that stays away, and the leases run out."""
        if taken:
            await once_it_answers(lambda: self._notes.take(taken))
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

    async def _try(self, message: Claimed, delivery: Delivery) -> None:
        try:
            accepted = await self._hand_over(delivery)
        except SendFailed as failure:
            failed = failure
            await once_it_answers(lambda: self._failed(message, delivery, failed))
            return
        self._fail.hit("notifier.accepted")
        await self.note([_taken(message, delivery, accepted)])
        await self._stand_ins.worked(delivery)

    async def _try_at_once(self, message: Claimed, begun: WaysBegun) -> None:
        """Each way by itself, whatever becomes of the others; then the message waits for what is left, or is sent."""
        if not begun.tries and begun.later is None:
            return
        tries = (self._try_way(message, delivery) for delivery in begun.tries)
        ends = await asyncio.gather(*tries, return_exceptions=True)
        for broken in ends:
            if isinstance(broken, BaseException):
                raise broken
        later = [until for until in (*ends, begun.later) if isinstance(until, datetime)]
        await once_it_answers(lambda: self._settle(message, min(later, default=None)))
        for _ in begun.tries:
            self._fail.hit("notifier.noted")

    async def _try_way(self, message: Claimed, delivery: Delivery) -> datetime | None:
        """When it is to be tried again; None: it was taken, or refused for good."""
        try:
            accepted = await self._hand_over(delivery)
        except SendFailed as failure:
            failed = failure
            state, until = await self._outlook(message, delivery, failed)
            await once_it_answers(lambda: self._way_failed(message, delivery, state, failed))
            return None if state == "refused" else until
        self._fail.hit("notifier.accepted")
        await once_it_answers(lambda: self._way_taken(_taken(message, delivery, accepted)))
        await self._stand_ins.worked(delivery)
        return None

    async def _way_failed(
        self, message: Claimed, delivery: Delivery, state: str, failure: SendFailed
    ) -> None:
        async with self._db.transaction() as tx:
            await self._keep(tx, message, delivery, state, failure)

    async def _way_taken(self, taken: Taken) -> None:
        how = deliveries.Acceptance(taken.provider_id, taken.update_code, taken.parts, taken.cost)
        async with self._db.transaction() as tx:
            await deliveries.taken(tx, taken.delivery, how, self._real.now())
            await reach.worked(tx, [(taken.delivery.account_id, taken.delivery.address)])

    async def _settle(self, message: Claimed, later: datetime | None) -> None:
        """What was taken by one way holds up nothing that comes later, though others are tried again."""
        async with self._db.transaction() as tx:
            now, taken = self._real.now(), await ways.was_taken(tx, message)
            if later is not None:
                await outbox.put_off(tx, message, later, LATER, outbox.SOME_WAYS if taken else "")
            else:
                await outbox.put_off(tx, message, now, LATER)  # the next claim finds out whether that is all

    async def _give_back(self, message: Claimed) -> None:
        """Nothing was tried under this lease."""
        async with self._db.connection() as connection:
            await outbox.give_back(connection, message, self._real.now())

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
        state, until = await self._outlook(message, delivery, failure)
        await self._note(message, delivery, state, failure, until)

    async def _outlook(
        self, message: Claimed, delivery: Delivery, failure: SendFailed
    ) -> tuple[str, datetime]:
        """What the delivery is from now on, and when something is tried next: `refused`, and the next way at once."""
        lasting = failure.verdict in (Verdict.PERMANENT, Verdict.CONFIGURATION)
        if failure.verdict is Verdict.RATE and timedelta(seconds=failure.retry_after_s or 0) > PATIENCE:
            lasting = await self._has_another_way(message, delivery)
        if lasting or is_hopeless(delivery.tries + 1):
            return "refused", self._real.now()
        now, asked = self._real.now(), failure.retry_after_s
        delay = retry_delay(delivery.tries, self._random(), asked)
        if is_pressing(message):
            delay = retry_by(delivery.created_at + UNDELIVERED - now, delay, asked)
        state = "sending" if failure.maybe_delivered else "waiting"
        return state, now + delay

    async def _has_another_way(self, message: Claimed, delivery: Delivery) -> bool:
        """Would it be sooner told another way than by waiting for this one?"""
        async with self._db.connection() as connection:
            if await self._beginning.has_way_beside(connection, message, delivery.route):
                return True
            return await self._stand_ins.is_there(connection, delivery)

    async def _note(
        self, message: Claimed, delivery: Delivery, state: str, failure: SendFailed, until: datetime
    ) -> None:
        async with self._db.transaction() as tx:
            # Without the lease somebody else is trying: how that ends is what counts.
            if await outbox.put_off(tx, message, until, failure.reason):
                await self._keep(tx, message, delivery, state, failure)

    async def _keep(
        self, tx: Connection, message: Claimed, delivery: Delivery, state: str, failure: SendFailed
    ) -> None:
        """Note in the ledger that a try failed, and what that says of account, address and listener."""
        log.warning(
            "try_failed",
            message=message.id,
            channel=delivery.channel,
            verdict=failure.verdict,
            code=failure.code,
        )
        await deliveries.failed(tx, delivery, state, as_noted(failure), self._real.now())
        if failure.verdict is Verdict.PERMANENT:
            await reach.refused(tx, delivery.account_id, delivery.address, self._real.now())
        await self._beginning.tell_of(tx, What.FAILED, delivery, message, failure)
        await self._stand_ins.failed(tx, delivery, failure)
        await self._listening.failed(tx, message, failure)
        if message.person_id is not None:
            chat = Chat(delivery.account_id, delivery.address)
            await chats.failed(tx, chat, failure, self._real.now())


def _taken(message: Claimed, delivery: Delivery, accepted: Accepted) -> Taken:
    of = accepted
    # What stays true whatever happens in its case is never changed; the ledger looks for what is, each second.
    changes = message.valid_while is not None or message.kind in storm_kinds.NAMES
    code = of.update_code if changes else None
    return Taken(message, delivery, of.provider_id, code, of.parts, of.cost)
