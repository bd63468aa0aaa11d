"""Takes back what was sent and is not true any more, where its kind says so and its channel can."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta

import structlog

from notifier.channel import Recallable, SendFailed, Verdict
from notifier.channels import Channels, as_account
from notifier.retry import retry_delay
from storage import recalls
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.kinds import MessageKind
from storage.recalls import Misleading, Recalled

LEASE = timedelta(seconds=120)
AT_ONCE = 8

log = structlog.get_logger()


class Recalls:
    """Each message is tried until it is taken back, refused for good, or too old for its channel."""

    def __init__(
        self,
        db: Database,
        channels: Channels,
        kinds: Iterable[MessageKind],
        real: Clock,
        random: Callable[[], float],
    ) -> None:
        self._db = db
        self._channels = channels
        self._kinds = [kind.name for kind in kinds if kind.recalled]
        self._workflows = sorted({name.partition(".")[0] for name in self._kinds})
        self._real = real
        self._random = random

    async def run_due(self) -> int:
        """Take back what is due; how many were tried. Raises `DatabaseAway`."""
        able = {k: c for k, c in self._channels.by_kind.items() if isinstance(c, Recallable)}
        return sum([await self._on(kind, channel) for kind, channel in able.items()])

    async def _on(self, kind: str, channel: Recallable) -> int:
        tried, now = 0, self._real.now()
        wanted = Recalled(kind, self._kinds, self._workflows, now - channel.recallable_for)
        while found := await recalls.claim(self._db, wanted, now, now + LEASE, AT_ONCE):
            await asyncio.gather(*(self._take_back(channel, each) for each in found))
            tried += len(found)
        return tried

    async def _take_back(self, channel: Recallable, what: Misleading) -> None:
        try:
            _, opened = await self._channels.open(what.channel, what.account_id)
            async with self._channels.in_time():
                await channel.recall(what.provider_id, what.address, as_account(opened))
        except SendFailed as failure:
            log.warning("recall_failed", delivery=what.id, verdict=failure.verdict, code=failure.code)
            await self._not_now(what, failure)
            return
        except DatabaseAway:
            raise
        except Exception:
            log.exception("recall_broke", delivery=what.id)
            return  # its lease runs out; the others go on
        await recalls.done(self._db, what, self._real.now())

    async def _not_now(self, what: Misleading, failure: SendFailed) -> None:
        if failure.verdict is Verdict.PERMANENT:
            await recalls.left(self._db, what, self._real.now())
            return
        delay = retry_delay(what.tries, self._random(), failure.retry_after_s)
        await recalls.later(self._db, what, self._real.now() + delay)
