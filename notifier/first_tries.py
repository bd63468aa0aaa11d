"""Begins the first tries of many messages together, and notes together what was taken while a commit was under way."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from notifier.budget import wait_until
from notifier.channel import Account, Channel, SendFailed
from notifier.rendering import Renderer
from storage import first_tries
from storage.clock import Clock
from storage.database import Connection, Database, DatabaseAway
from storage.deliveries import Delivery, Route
from storage.first_tries import FirstTry, Taken
from storage.outbox import Claimed

if TYPE_CHECKING:
    from notifier.sending import Channels

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

    delivery: Delivery
    way: Opened


class FirstTries:
    """Takes what is plain about a batch. What is left out is begun one by one, by whoever asked."""

    def __init__(self, db: Database, channels: "Channels", renderer: Renderer, real: Clock) -> None:
        self._db = db
        self._channels = channels
        self._renderer = renderer
        self._real = real

    async def begin(self, messages: Sequence[Claimed]) -> Mapping[int, Begun]:
        """The first tries that were begun, by message. Raises `DatabaseAway`.

        Whatever else goes wrong concerns one message, and shows when that one is begun by itself.
        """
        try:
            async with self._db.transaction() as tx:
                return await self._begin(tx, messages)
        except DatabaseAway:
            raise
        except Exception:
            log.exception("batch_broke", messages=len(messages))
            return {}

    async def _begin(self, tx: Connection, messages: Sequence[Claimed]) -> Mapping[int, Begun]:
        until = self._real.now() + timedelta(seconds=self._channels.send_within_s)
        routes = await self._within_budget(tx, await first_tries.plain(tx, messages, until))
        ways = {(r.channel, r.account_id): await self._open(tx, r) for r in _one_each(routes)}
        tries = [
            first
            for message in messages
            if (route := routes.get(message.id)) and (way := ways[route.channel, route.account_id])
            if (first := self._composed(message, route, way))
        ]
        if not tries:
            return {}
        frozen = await first_tries.freeze(tx, tries, self._real.now())
        opened = {t.message.id: ways[t.route.channel, t.route.account_id] for t in tries}
        return {id_: Begun(delivery, way) for id_, delivery in frozen.items() if (way := opened[id_])}

    async def _within_budget(self, tx: Connection, routes: Mapping[int, Route]) -> Mapping[int, Route]:
        """Without those whose provider takes no more now."""
        limited = {id_: route for id_, route in routes.items() if self._channels.budgets.get(route.channel)}
        if not limited:
            return routes
        now = self._real.now()
        longest = max(b.window for r in limited.values() for b in self._channels.budgets[r.channel])
        tries = await first_tries.tries_since(tx, limited.values(), now - longest)
        return {id_: r for id_, r in routes.items() if id_ not in limited or self._takes(r, tries, now)}

    def _takes(self, route: Route, tries: dict[tuple[int, str], list[datetime]], now: datetime) -> bool:
        """Does the address take one more now? Then it is counted, for those that follow in the batch."""
        had = tries[route.account_id, route.address]
        if wait_until(had, self._channels.budgets[route.channel], now) is not None:
            return False
        had.append(now)
        return True

    async def _open(self, tx: Connection, route: Route) -> Opened | None:
        try:
            channel, account = await self._channels.open(route.channel, route.account_id, tx)
        except SendFailed:
            return None
        return Opened(channel, Account(account.id, account.settings, account.secrets), account.name)

    def _composed(self, message: Claimed, route: Route, way: Opened) -> FirstTry | None:
        """None for a message that cannot be composed: by itself it says why."""
        try:
            content = self._renderer.content(message, first_tries.first_id(message), way.name)
            return FirstTry(message, route, way.channel.compose(content, route.address, way.account))
        except Exception as error:  # noqa: BLE001 - told when the message is begun by itself
            log.info("left_out_of_batch", message=message.id, reason=type(error).__name__)
            return None


def _one_each(routes: Mapping[int, Route]) -> list[Route]:
    """One route for each account."""
    return list({(route.channel, route.account_id): route for route in routes.values()}.values())


class Notes:
    """Writes down what providers took. Whoever comes while a commit is under way shares the next one."""

    def __init__(self, db: Database, real: Clock) -> None:
        self._db = db
        self._real = real
        self._turn = asyncio.Lock()
        self._waiting: dict[int, Taken] = {}

    async def take(self, taken: Taken) -> None:
        """Returns when it is committed; raises `DatabaseAway`."""
        mine = taken.delivery.id
        self._waiting[mine] = taken
        async with self._turn:
            if self._waiting.get(mine) is not taken:
                return  # somebody wrote it along with theirs
            together = list(self._waiting.values())
            try:
                await self._write(together)
            except DatabaseAway:
                del self._waiting[mine]
                raise
            except Exception:
                log.exception("notes_broke", notes=len(together))
                await self._write([taken])
                together = [taken]
            for each in together:
                self._waiting.pop(each.delivery.id, None)

    async def _write(self, taken: Sequence[Taken]) -> None:
        async with self._db.transaction() as tx:
            await first_tries.note(tx, taken, self._real.now())
