"""Begins the first tries of a batch in the transaction that claims it, and notes together what providers took."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from notifier.budget import Tally, tally
from notifier.channel import Account, Channel, SendFailed
from notifier.rendering import Renderer
from notifier.router import is_pressing
from storage import first_tries, outbox
from storage.clock import Clock
from storage.database import Connection, Database, DatabaseAway
from storage.deliveries import Delivery, Route
from storage.first_tries import FirstTry, Taken
from storage.outbox import Claimed

if TYPE_CHECKING:
    from notifier.channels import Channels

Plain = Callable[[Connection], Awaitable[Sequence[str]]]

log = structlog.get_logger()


@dataclass(frozen=True)
class Opened:
    """A channel and the account on it, as they were read in the transaction."""

    channel: Channel
    account: Account
    name: str


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
        channels: "Channels",
        renderer: Renderer,
        real: Clock,
        plain: Plain,
        apart: Sequence[str] = (),
    ) -> None:
        """`plain` tells the severities that can be dealt with here at this hour; workflows and kinds `apart` cannot."""
        self._db = db
        self._channels = channels
        self._renderer = renderer
        self._real = real
        self._plain = plain
        self._apart = apart

    async def begin(self, limit: int, lease: timedelta, claimed: Callable[[int], None]) -> Batch:
        """Claim up to `limit` due messages, tell how many, and begin the first tries. Raises `DatabaseAway`.

        Whatever else goes wrong concerns one message, and shows when that one is begun by itself.
        """
        began = self._real.now()
        try:
            async with self._db.transaction() as tx:
                found = await first_tries.claim(tx, began, limit, await self._plain(tx), self._apart)
                claimed(len(found))
                batch = await self._begin(tx, found, lease) if found else Batch()
        except DatabaseAway:
            raise
        except Exception:
            log.exception("batch_broke", limit=limit)
            return Batch((), await outbox.claim(self._db, self._real.now(), lease, limit))
        if self._real.now() - began > lease - timedelta(seconds=self._channels.send_within_s):
            log.warning("batch_took_too_long", messages=len(batch))
            return Batch()  # a try could outlast what is left of the lease
        return batch

    async def _begin(
        self, tx: Connection, found: Sequence[tuple[Claimed, Route | None]], lease: timedelta
    ) -> Batch:
        plain = [(message, route) for message, route in found if route is not None]
        routes = await self._within_budget(tx, plain)
        ways = await self._open(tx, {(r.channel, r.account_id) for _, r in routes})
        tries = [first for message, route in routes if (first := self._composed(message, route, ways))]
        now, messages = self._real.now(), [message for message, _ in found]
        frozen = await first_tries.freeze(tx, messages, tries, now, now + lease)
        begun = [
            Begun(t.message, frozen[t.message.id], ways[t.route.channel, t.route.account_id]) for t in tries
        ]
        return Batch(begun, [message for message in messages if message.id not in frozen])

    async def _within_budget(
        self, tx: Connection, plain: Sequence[tuple[Claimed, Route]]
    ) -> Sequence[tuple[Claimed, Route]]:
        """Without those whose provider takes no more now."""
        counted = await tally(tx, self._channels.budgets, [route for _, route in plain], self._real.now())
        return [(message, route) for message, route in plain if _takes(counted, message, route)]

    async def _open(self, tx: Connection, accounts: set[tuple[str, int]]) -> dict[tuple[str, int], Opened]:
        """Those that can be used."""
        opened = {}
        for kind, id_ in accounts:
            try:
                channel, account = await self._channels.open(kind, id_, tx)
            except SendFailed:
                continue
            opened[kind, id_] = Opened(
                channel, Account(account.id, account.settings, account.secrets), account.name
            )
        return opened

    def _composed(
        self, message: Claimed, route: Route, ways: Mapping[tuple[str, int], Opened]
    ) -> FirstTry | None:
        """None for a message that cannot be composed: by itself it says why."""
        way = ways.get((route.channel, route.account_id))
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
