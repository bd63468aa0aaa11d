"""When one account of a medium is down or refuses, another one of the house tells the same address."""

import structlog

from notifier.channel import Accepted, Account, Channel, SendFailed, Traceable
from notifier.providers.accounts import kinds_of
from storage import deliveries, routing_notes, standby
from storage.clock import Clock
from storage.database import Connection, Database
from storage.deliveries import Delivery, Failure, Route
from storage.kinds import Severity
from storage.outbox import Claimed
from storage.routing_notes import What
from storage.texts import N_

TAKEN_OVER = N_("The provider is down; a standby account takes over.")
COULD_NOT = N_("The first account could not send it; a standby account takes over.")
_URGENT = frozenset({Severity.URGENT, Severity.CRITICAL})

log = structlog.get_logger()


class StandIns:
    """Asks for stand-ins, and keeps count of what fails. `real` is the real clock."""

    def __init__(self, db: Database, real: Clock) -> None:
        self._db = db
        self._real = real

    async def after_refusal(self, tx: Connection, message: Claimed) -> Route | None:
        """The stand-in of an account that refused this message, before another way, else None."""
        if message.attempts > 1:
            way = await standby.after_refusal(tx, message, kinds_of, self._real.now())
            if way is not None:
                log.info("standby_after_refusal", message=message.id, account=way.account_id)
                await self._tell_of(tx, message, way.account_id, "refused")
                return Route(way.contact_point_id, way.account_id, way.channel, way.address)
        return None

    async def instead_of(
        self, tx: Connection, message: Claimed, route: Route, *, is_new: bool
    ) -> Route | None:
        """The same address by the stand-in, while the route's own account is down.

        `is_new`: nothing was tried by that account yet, so it may be tried whether it works again.
        """
        kinds = kinds_of(route.channel)
        if not kinds:
            return None
        urgent = message.severity in _URGENT
        found = await standby.takes_over(
            tx,
            route.account_id,
            kinds,
            self._real.now(),
            urgent=urgent,
            may_probe=is_new,
            message=message,
        )
        if found is None:
            return None
        log.info("standby_takes_over", message=message.id, account=found.account_id)
        await self._tell_of(tx, message, found.account_id, "down")
        return Route(route.contact_point_id, found.account_id, found.kind, route.address)

    async def _tell_of(self, tx: Connection, message: Claimed, account_id: int, code: str) -> None:
        """Keep who took over, and whether the other account refused or is down."""
        reason = TAKEN_OVER if code == "down" else COULD_NOT
        now = self._real.now()
        await routing_notes.note(
            tx, message.id, What.STANDBY, now, account_id=account_id, code=code, reason=reason
        )

    async def leave(self, tx: Connection, delivery: Delivery) -> None:
        """Give up the open delivery by the account that is down."""
        failure = Failure("standby", TAKEN_OVER, standby.TEMPORARY)
        await deliveries.failed(tx, delivery, "refused", failure, self._real.now())

    async def failed(self, tx: Connection, delivery: Delivery, failure: SendFailed) -> None:
        """Note what a failed try says of the account."""
        kinds = kinds_of(delivery.channel)
        if kinds:
            if failure.of_message:
                await standby.worked(tx, [delivery.account_id])
                return
            of = standby.Failure(failure.verdict, failure.code)
            await standby.failed(tx, delivery.account_id, kinds, of, self._real.now())

    async def worked(self, delivery: Delivery) -> None:
        """Note that a try was taken."""
        if kinds_of(delivery.channel):
            async with self._db.connection() as connection:
                await standby.worked(connection, [delivery.account_id])

    async def is_there(self, connection: Connection, delivery: Delivery) -> bool:
        """Is there a stand-in that works?"""
        kinds = kinds_of(delivery.channel)
        return bool(kinds) and await standby.exists(connection, delivery.account_id, kinds, self._real.now())


def as_noted(failure: SendFailed) -> Failure:
    """The failure as the ledger has it."""
    return Failure(failure.code, failure.reason, failure.verdict)


async def found_there(channel: Channel, delivery: Delivery, account: Account) -> Accepted | None:
    """What an earlier try, of which nobody knows how it ended, left at the provider. Raises SendFailed."""
    if not (delivery.maybe_twice and isinstance(channel, Traceable)):
        return None
    found = await channel.find(delivery.payload, delivery.address, account, delivery.created_at)
    if found is not None:
        log.info("found_at_provider", delivery=delivery.id)
    return found
