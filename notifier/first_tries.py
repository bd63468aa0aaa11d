"""Begins the first tries of a batch in the transaction that claims it, and notes together what providers took."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from notifier.at_hand import AtHand, Opened
from notifier.budget import Tally, tally
from notifier.channels import Channels
from notifier.plain import Plain
from notifier.rendering import Renderer
from notifier.router import is_pressing
from storage import first_tries, live_cards, outbox
from storage.clock import Clock
from storage.database import Connection, Database, DatabaseAway
from storage.deliveries import Delivery, Route
from storage.first_tries import Due, FirstTry, Taken
from storage.open_span import OpenSpan
from storage.outbox import Claimed

log = structlog.get_logger()


@dataclass(frozen=True)
class Begun:
    """A first try that was committed: what to hand over, and to whom."""

    message: Claimed
    delivery: Delivery
    way: Opened


@dataclass(frozen=True)
class Batch:
    """What was claimed together: first tries that have begun, and messages to be dealt with one by one."""

    begun: Sequence[Begun] = ()
    others: Sequence[Claimed] = ()

    def __len__(self) -> int:
        return len(self.begun) + len(self.others)


class FirstTries:
    """Takes what is plain about a batch."""

    def __init__(
        self,
        db: Database,
        channels: Channels,
        renderer: Renderer,
        real: Clock,
        plain: Plain,
        apart: Sequence[str] = (),
    ) -> None:
        """Workflows and kinds `apart` are never dealt with here."""
        self._db = db
        self._channels = channels
        self._at_hand = AtHand(channels)
        self._renderer = renderer
        self._real = real
        self._plain = plain
        self._apart = apart
        self._open = OpenSpan()

    async def begin(
        self, limit: int, lease: timedelta, claimed: Callable[[int], None], *, pressing: bool = False
    ) -> Batch:
        """Claim up to `limit` due messages, tell how many, and begin the first tries. Raises `DatabaseAway`.

        Whatever else goes wrong concerns one message, and shows when that one is begun by itself.
        """
        began = self._real.now()
        try:
            async with self._db.transaction() as tx:
                due = await self._claim(tx, began, limit, pressing=pressing)
                claimed(len(due.messages))
                batch = await self._begin(tx, due, lease) if due.messages else Batch()
        except DatabaseAway:
            raise
        except Exception:
            log.exception("batch_broke", limit=limit)
            return Batch((), await outbox.claim(self._db, self._real.now(), lease, limit, pressing=pressing))
        if self._real.now() - began > lease - timedelta(seconds=self._channels.send_within_s):
            log.warning("batch_took_too_long", messages=len(batch))
            return Batch()  # a try could outlast what is left of the lease
        return batch

    async def _claim(self, tx: Connection, now: datetime, limit: int, *, pressing: bool) -> Due:
        """Nothing is plain by policies that a newer one has changed meanwhile."""
        plain = await self._plain.severities(tx)
        since = await self._open.since(tx)
        due = await first_tries.claim(tx, now, limit, plain, self._apart, since=since, pressing=pressing)
        if due.messages and await self._plain.severities(tx, due.newest_policy) != plain:
            return replace(due, messages=[(message, None) for message, _ in due.messages])
        return due

    async def _begin(self, tx: Connection, due: Due, lease: timedelta) -> Batch:
        plain = [(message, route) for message, route in due.messages if route is not None]
        routes = await self._within_budget(tx, plain)
        wanted = {route.account_id: route.channel for _, route in routes}
        ways = await self._at_hand.open(tx, wanted, due.accounts)
        tries = [first for message, route in routes if (first := self._composed(message, route, ways))]
        now, messages = self._real.now(), [message for message, _ in due.messages]
        frozen = await first_tries.freeze(tx, messages, tries, now, now + lease)
        begun = [Begun(t.message, frozen[t.message.id], ways[t.route.account_id]) for t in tries]
        return Batch(begun, [message for message in messages if message.id not in frozen])

    async def _within_budget(
        self, tx: Connection, plain: Sequence[tuple[Claimed, Route]]
    ) -> Sequence[tuple[Claimed, Route]]:
        """Without those whose provider takes no more now."""
        counted = await tally(tx, self._channels.budgets, [route for _, route in plain], self._real.now())
        return [(message, route) for message, route in plain if _takes(counted, message, route)]

    def _composed(self, message: Claimed, route: Route, ways: Mapping[int, Opened]) -> FirstTry | None:
        """None for a message that cannot be composed: by itself it says why."""
        way = ways.get(route.account_id)
        if way is None:
            return None
        try:
            content = self._renderer.content(message, first_tries.first_id(message), way.name)
            return FirstTry(message, route, way.channel.compose(content, route.address, way.account))
        except Exception as error:  # noqa: BLE001 - told when the message is begun by itself
            log.info("left_out_of_batch", message=message.id, reason=type(error).__name__)
            return None


def _takes(counted: Tally, message: Claimed, route: Route) -> bool:
    """Does the way take one more now, with room to spare? Then it is counted, for those that follow in the batch."""
    if counted.until(route, pressing=is_pressing(message)) is not None or counted.is_near(route):
        return False
    counted.take(route)
    return True


class Notes:
    """Writes down what providers took. Whoever comes while a commit is under way shares the next one."""

    def __init__(self, db: Database, real: Clock) -> None:
        self._db = db
        self._real = real
        self._turn = asyncio.Lock()
        self._waiting: dict[int, Taken] = {}

    async def take(self, taken: Sequence[Taken]) -> None:
        """Returns when they are committed; raises `DatabaseAway`."""
        self._waiting.update((each.delivery.id, each) for each in taken)
        async with self._turn:
            mine = [each for each in taken if self._waiting.get(each.delivery.id) is each]
            if not mine:
                return  # somebody wrote them along with theirs
            together = list(self._waiting.values())
            try:
                await self._write(together)
            except Exception as error:
                together = mine
                if isinstance(error, DatabaseAway):
                    raise
                log.exception("notes_broke", notes=len(together))
                await self._one_by_one(mine)
            finally:
                for each in together:
                    self._waiting.pop(each.delivery.id, None)

    async def _one_by_one(self, taken: Sequence[Taken]) -> None:
        """One that cannot be written leaves its lease to run out."""
        for each in taken:
            try:
                await self._write([each])
            except DatabaseAway:
                raise
            except Exception:
                log.exception("note_broke", message=each.message.id)

    async def _write(self, taken: Sequence[Taken]) -> None:
        async with self._db.connection() as connection:
            await first_tries.note(connection, taken, self._real.now())
            await live_cards.were_sent(connection, taken)
