"""Every copy of a card says who decided, once the case has left the state that the card speaks of."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from notifier.channel import SendFailed, Verdict
from notifier.channels import Channels, as_account
from notifier.rendering import Renderer
from notifier.retry import retry_delay
from storage import live_cards
from storage.clock import Clock
from storage.database import Database, DatabaseAway
from storage.live_cards import LiveCard, Look

LEASE = timedelta(seconds=120)
AT_ONCE = 8

log = structlog.get_logger()


class DecidedCards:
    """Updates cards; one that can no longer be (too old for its channel, or refused for good) is left as it is."""

    def __init__(
        self,
        db: Database,
        channels: Channels,
        renderer: Renderer,
        real: Clock,
        random: Callable[[], float],
        lease: timedelta = LEASE,
    ) -> None:
        self._db = db
        self._channels = channels
        self._renderer = renderer
        self._real = real
        self._random = random
        self._lease = lease

    async def run_due(self, progress: Callable[[], None] = lambda: None) -> int:
        """Update the cards that are due, some at once so that none outlasts its lease; how many were tried.

        `progress` is called after each piece of the work.
        """
        tried = 0
        while looks := await live_cards.to_look_at(self._db, self._real.now(), self._lease):
            tried += await self._cards_of(looks, progress)
            await live_cards.looked(self._db, looks, self._real.now())
            progress()
        return tried

    async def _cards_of(self, looks: Sequence[Look], progress: Callable[[], None]) -> int:
        """Update the cards of these that are due; how many were tried."""
        tried = 0
        while cards := await live_cards.claim(self._db, looks, self._real.now(), self._lease, AT_ONCE):
            ends = await asyncio.gather(*map(self._make_show, cards), return_exceptions=True)
            for end in ends:
                if isinstance(end, BaseException):
                    raise end
            tried += len(cards)
            progress()
        return tried

    async def _make_show(self, card: LiveCard) -> None:
        """One try. A dead database leaves the lease to run out; a surprise puts this card off, and no other."""
        try:
            await self._update(card)
        except SendFailed as failure:
            log.warning("card_update_failed", delivery=card.id, verdict=failure.verdict, code=failure.code)
            if failure.verdict is Verdict.PERMANENT:
                await live_cards.done(self._db, card, self._real.now())
            else:
                await self._later(card, failure.retry_after_s)
        except DatabaseAway:
            raise
        except Exception:
            log.exception("card_update_broke", delivery=card.id, kind=card.kind)
            await self._later(card, None)

    async def _update(self, card: LiveCard) -> None:
        channel, opened = await self._channels.open(card.channel, card.account_id)
        holds = channel.updatable_for
        if holds is None or self._real.now() - card.tried_at <= holds:
            decision = replace(self._renderer.decision(card), sent=card.payload)
            async with self._channels.in_time():
                await channel.update(card.update_code, card.address, as_account(opened), decision)
        await live_cards.done(self._db, card, self._real.now())

    async def _later(self, card: LiveCard, at_least_s: float | None) -> None:
        delay = retry_delay(card.update_tries, self._random(), at_least_s)
        await live_cards.later(self._db, card, self._real.now() + delay)
