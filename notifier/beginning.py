"""What a claimed message needs before its try: does it still hold, which way, does it wait, what exactly is sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from notifier.at_once import AtOnce, Begun
from notifier.budget import tally
from notifier.channel import SendFailed, Verdict
from notifier.channels import Channels, as_account
from notifier.nobody import Nobody
from notifier.noise.muting import is_muted
from notifier.noise.repeating import says_nothing_new
from notifier.noise.storms import Storms
from notifier.rendering import Renderer
from notifier.router import Manner, Router, is_pressing
from notifier.routing import Choice
from notifier.standing_in import StandIns, as_noted
from storage import deliveries, outbox, routing_notes, told_as_well, ways
from storage.acknowledgements import KNOWN
from storage.clock import Clock
from storage.database import Connection
from storage.deliveries import OVER_BUDGET, Delivery, Route
from storage.kinds import Severity
from storage.outbox import Claimed
from storage.routing_notes import What
from storage.spread import spread_of
from storage.texts import N_

# Longer nobody waits for a provider's budget while there is another way; nor longer than the policy gives the way.
PATIENCE = timedelta(hours=1)
FOR_OTHERS = timedelta(minutes=30)
MOST_DOUBLED = 6
GOLDEN = 0.618034  # of numbers in a row, its multiples lie evenly between 0 and 1
TOLD = N_("The original recipient could be notified after all, or somebody else was.")
LEFT = N_("This person has left the organisation.")
UNTRUE = N_("The case had changed before it was sent.")
UNTRUE_LATER = N_("The case changed while it was being sent; it may have arrived.")
BUDGET = N_("The address has reached the provider's rate limit.")
NEAR_LIMIT = N_(
    "The address has nearly reached the provider's rate limit; this message is grouped with others."
)

NOTHING = Begun()

log = structlog.get_logger()


class Beginning:
    """Begins tries, one message at a time."""

    def __init__(
        self,
        channels: Channels,
        renderer: Renderer,
        router: Router,
        stand_ins: StandIns,
        nobody: Nobody,
        storms: Storms,
        real: Clock,
    ) -> None:
        self._channels = channels
        self._renderer = renderer
        self._router = router
        self._stand_ins = stand_ins
        self._nobody = nobody
        self._storms = storms
        self._at_once = AtOnce(channels, router, stand_ins, nobody, real)
        self._real = real

    async def begin(self, tx: Connection, message: Claimed) -> Begun:
        """What to try now; nothing for a message that is not ours any more, untrue, or not to be sent now."""
        longest = timedelta(seconds=self._channels.send_within_s)
        held = await outbox.hold(tx, message, self._real.now() + longest)
        if held is None:
            log.warning("lease_lost", message=message.id)
            return NOTHING
        if held.is_known or held.has_left or not held.still_true:
            await self._withdraw(tx, held)
        elif await told_as_well.is_needless(tx, held):
            await outbox.give_up(tx, held, "withdrawn", self._real.now(), TOLD)
        elif not await self._storms.take(tx, held) and not await self._is_noise(tx, held):
            return await self._next_tries(tx, held)
        return NOTHING

    async def _is_noise(self, tx: Connection, message: Claimed) -> bool:
        """Did the reader stop it, or is it told by another one of its kind? Then it is dealt with."""
        now = self._real.now()
        if await is_muted(tx, message, now):
            return True
        if message.kind not in self._renderer.reminders:
            return False
        return await says_nothing_new(tx, message, await self._router.repeats_after(tx, message), now)

    async def _next_tries(self, tx: Connection, message: Claimed) -> Begun:
        manner = await self._router.manner(tx, message)
        if message.person_id is not None and (spread := spread_of(message.variables)):
            begun = await self._at_once.begin(tx, message, manner, spread, self._composed)
            if begun is not None:
                return begun
        delivery = await self._next_try(tx, message, manner)
        return Begun([delivery]) if delivery else NOTHING

    async def _next_try(self, tx: Connection, message: Claimed, manner: Manner) -> Delivery | None:
        """The delivery to try now; None when it has to wait, or nobody can be told."""
        delivery = await self._begun(tx, message, manner)
        choice = Choice(delivery.route, None) if delivery else await self._router.next(tx, message, manner)
        if choice is None:
            await self._nobody.is_left(tx, message)
            return None
        if delivery is None and await self._router.holds(tx, message, manner):
            return None
        if delivery is None:
            # A group, another system, or a visitor's mailbox has no other way.
            wait = choice.wait if message.person_id is not None else None
            await outbox.escalate_at(tx, message, self._real.now() + wait if wait else None)
        patience = min(PATIENCE, manner.tries_on(message, choice.route.channel) or PATIENCE)
        return await self._take(tx, message, choice.route, delivery, patience)

    async def _take(
        self, tx: Connection, message: Claimed, route: Route, delivery: Delivery | None, patience: timedelta
    ) -> Delivery | None:
        """Go that way, or by its stand-in; None when it has to wait."""
        if instead := await self._stand_ins.instead_of(tx, message, route, is_new=delivery is None):
            return await self._stand_in(tx, message, delivery, instead, patience)
        if await self._held_back(tx, message, route, delivery, patience):
            return None
        if delivery is not None:
            return await deliveries.begin_try(tx, delivery, self._real.now())
        return await self._freeze(tx, message, route)

    async def _stand_in(
        self, tx: Connection, message: Claimed, left: Delivery | None, route: Route, patience: timedelta
    ) -> Delivery | None:
        """Go on by another account at the same address; of a try that is left open nobody knows how it ended."""
        if await self._held_back(tx, message, route, None, patience):
            return None
        if left is not None:
            await self._stand_ins.leave(tx, left)
        delivery = await self._freeze(tx, message, route)
        if delivery and left and (left.maybe_twice or left.state == "sending"):
            await deliveries.may_be_second(tx, delivery)
        return delivery

    async def _begun(self, tx: Connection, message: Claimed, manner: Manner) -> Delivery | None:
        """The delivery that a former try left open; none if it has had its time, and there is another way.

        If there is none it goes on being tried, and somebody else is told as well.
        """
        delivery = await deliveries.open_delivery(tx, message)
        if delivery is None or not (
            message.held == outbox.ESCALATED or self._is_late(message, manner, delivery)
        ):
            return delivery
        if await self._router.leave(tx, message, manner, delivery):
            return None
        await self._nobody.tell_as_well(tx, message)
        return delivery

    def _is_late(self, message: Claimed, manner: Manner, delivery: Delivery) -> bool:
        """Has what presses failed on that channel for as long as it may? One that was interrupted has not failed."""
        longest = manner.tries_on(message, delivery.channel)
        if longest is None or not (is_pressing(message) and delivery.tries):
            return False
        return self._real.now() - delivery.created_at >= longest

    async def _held_back(
        self, tx: Connection, message: Claimed, route: Route, delivery: Delivery | None, patience: timedelta
    ) -> bool:
        """Does the provider take no more now? Then the message waits, or takes another way if that were too long."""
        now = self._real.now()
        counted = await tally(tx, self._channels.budgets, [route], now)
        until = counted.until(route, pressing=is_pressing(message))
        if until is None:
            return delivery is None and await self._held_for_others(tx, message, counted.is_near(route))
        too_long = until - now > patience
        if too_long and await self.has_way_beside(tx, message, route):
            await self._pass_over(tx, message, route, SendFailed(Verdict.RATE, OVER_BUDGET, BUDGET), delivery)
        else:
            if too_long and is_pressing(message):
                await self._nobody.tell_as_well(tx, message)
            until += _apart(message)
            await outbox.put_off(tx, message, until, BUDGET)
            await routing_notes.note(
                tx, message.id, What.HELD, now, code="budget", reason=BUDGET, until=until.isoformat()
            )
        return True

    async def _held_for_others(self, tx: Connection, message: Claimed, is_near: bool) -> bool:
        """Near a limit, what is for information waits once, to be told along with others."""
        low = message.severity in (None, Severity.INFO) and message.person_id is not None
        # A digest is about no case, and does not wait to be told in another one.
        if not (is_near and low and message.case_id is not None) or message.held in (
            outbox.FOR_DIGEST,
            outbox.WITH_OTHERS,
        ):
            return False
        now = self._real.now()
        until = now + FOR_OTHERS
        await outbox.put_off(tx, message, until, NEAR_LIMIT, outbox.WITH_OTHERS)
        await routing_notes.note(
            tx, message.id, What.HELD, now, code="others", reason=NEAR_LIMIT, until=until.isoformat()
        )
        return True

    async def _freeze(self, tx: Connection, message: Claimed, route: Route) -> Delivery | None:
        """Keep the payload for the first try; one that cannot be composed is refused, and the next way is taken."""
        frozen = await self._composed(tx, message, route)
        if isinstance(frozen, SendFailed):
            await outbox.put_off(tx, message, self._real.now(), frozen.reason)
            return None
        return frozen

    async def _composed(self, tx: Connection, message: Claimed, route: Route) -> Delivery | SendFailed:
        """The delivery with its payload; or why there is none, as the ledger has it from then on."""
        unique_id = await self._unique_id(tx, message)
        try:
            payload = await self._compose(tx, message, route, unique_id)
        except SendFailed as failure:
            await self._refuse(tx, message, route, failure, None)
            return failure
        return await deliveries.freeze(tx, message, route, unique_id, payload, self._real.now())

    async def _pass_over(
        self, tx: Connection, message: Claimed, route: Route, failure: SendFailed, delivery: Delivery | None
    ) -> None:
        """This way is given up for this message, unsent; the next claim takes the next one."""
        await self._refuse(tx, message, route, failure, delivery)
        await outbox.put_off(tx, message, self._real.now(), failure.reason)

    async def _refuse(
        self, tx: Connection, message: Claimed, route: Route, failure: SendFailed, delivery: Delivery | None
    ) -> None:
        """Note in the ledger that a way was given up, unsent."""
        now = self._real.now()
        if delivery is None:
            unique_id = await self._unique_id(tx, message)
            delivery = await deliveries.freeze(tx, message, route, unique_id, {}, now)
        await deliveries.failed(tx, delivery, "refused", as_noted(failure), now)
        await self.tell_of(tx, What.PASSED_OVER, delivery, message, failure)

    async def _unique_id(self, tx: Connection, message: Claimed) -> str:
        return f"y{message.id}-{await deliveries.count_for(tx, message) + 1}"

    async def _compose(
        self, tx: Connection, message: Claimed, route: Route, unique_id: str
    ) -> dict[str, Any]:
        channel, opened = await self._channels.open(route.channel, route.account_id, tx)
        content = self._renderer.content(message, unique_id, opened.name)
        account = as_account(opened)
        if not await self._router.lets_decide(tx, message, route.channel):
            account = replace(account, settings={**account.settings, "read_only": True})
        return channel.compose(content, route.address, account)

    async def has_way_beside(self, connection: Connection, message: Claimed, route: Route) -> bool:
        """Is there a way to the recipient, beside that one, which was not used for this message?"""
        manner = await self._router.manner(connection, message)
        return await self._router.has_another(connection, message, manner, route)

    async def tell_of(
        self, tx: Connection, what: What, delivery: Delivery, message: Claimed, failure: SendFailed
    ) -> None:
        """Keep what went wrong, beside the ledger that knows the last failure only."""
        await routing_notes.note(
            tx,
            message.id,
            what,
            self._real.now(),
            delivery_id=delivery.id,
            account_id=delivery.account_id,
            code=failure.code,
            reason=failure.reason,
            verdict=failure.verdict,
        )

    async def _withdraw(self, tx: Connection, message: Claimed) -> None:
        """Not sent any more, or not once more; a try whose end nobody knows stays open: it may have arrived."""
        begun = await deliveries.open_delivery(tx, message)
        perhaps = begun is not None and (begun.state == "sending" or begun.maybe_twice)
        if (perhaps and message.is_known) or await ways.was_taken(tx, message):
            await outbox.told(tx, message, self._real.now())
            return
        untrue = UNTRUE_LATER if perhaps else UNTRUE
        reason = KNOWN if message.is_known else LEFT if message.has_left else untrue
        await outbox.give_up(tx, message, "withdrawn", self._real.now(), reason)


def _apart(message: Claimed) -> timedelta:
    """Hundreds that wait for the next free place would all come for it, each time: so further apart with each time."""
    if is_pressing(message):
        return timedelta()
    share = message.id * GOLDEN % 1
    return timedelta(seconds=share * (2.0 ** min(message.attempts - 1, MOST_DOUBLED) - 1))
