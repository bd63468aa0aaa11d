"""One try of one message: choose the channel, freeze the payload, send, note how it ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from notifier import chats
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
from storage import deliveries, outbox, storm_kinds
from storage.chat_standing import Chat
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.deliveries import Delivery
from storage.failpoints import FailPoints
from storage.first_tries import Taken
from storage.outbox import Claimed
from storage.routing_notes import What
from storage.texts import N_

SURPRISES = 50
BROKE = N_("Something unforeseen happened while it was being sent.")

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
                delivery = await self._beginning.begin(tx, message)
        except DatabaseAway as away:
            log.warning("not_begun", message=message.id, reason=str(away))
            await once_it_answers(lambda: self._give_back(message))
            return
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
        lasting = failure.verdict in (Verdict.PERMANENT, Verdict.CONFIGURATION)
        if failure.verdict is Verdict.RATE and timedelta(seconds=failure.retry_after_s or 0) > PATIENCE:
            lasting = await self._has_another_way(message, delivery)
        if lasting or is_hopeless(delivery.tries + 1):
            await self._refused(message, delivery, failure)
            return
        now, asked = self._real.now(), failure.retry_after_s
        delay = retry_delay(delivery.tries, self._random(), asked)
        if is_pressing(message):
            delay = retry_by(delivery.created_at + UNDELIVERED - now, delay, asked)
        state = "sending" if failure.maybe_delivered else "waiting"
        await self._note(message, delivery, state, failure, now + delay)

    async def _has_another_way(self, message: Claimed, delivery: Delivery) -> bool:
        """Would it be sooner told another way than by waiting for this one?"""
        async with self._db.connection() as connection:
            if await self._beginning.has_way_beside(connection, message, delivery.route):
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
