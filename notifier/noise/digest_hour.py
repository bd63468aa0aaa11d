"""The digest hour: what is for information waits for it, and is told then in one message. Times are Shanghai's."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage import bundles, outbox, routing_notes
from storage.clock import SHANGHAI
from storage.database import Connection
from storage.kinds import Severity
from storage.outbox import Claimed
from storage.routing_notes import What
from storage.texts import N_

POLICY = "notify.digest"
TOGETHER = timedelta(minutes=2)  # several rounds; longer nobody waits at the hour for what is told along
UNTIL_THE_HOUR = N_("It waits for the hour of the digest.")
ALONG = N_("It is grouped with other messages.")


class Daily(BaseModel):
    """The policy: is what is for information told `once_a_day`, and at which full hour?"""

    model_config = ConfigDict(extra="ignore", frozen=True)

    once_a_day: bool = False
    hour: int = Field(default=8, ge=0, le=23)

    @property
    def at(self) -> time | None:
        """The time of day; None: everything is told as it comes."""
        return time(self.hour) if self.once_a_day else None


def daily_of(value: Mapping[str, Any] | None) -> Daily:
    """A policy as it is stored; one that makes no sense is as if it were not set."""
    try:
        return Daily.model_validate(value or {})
    except ValidationError:
        return Daily()


def time_of(words: str | None) -> time | None:
    """A time of day from 'HH:MM'; None for none, and for what is no time."""
    try:
        return time.fromisoformat(words) if words else None
    except ValueError:
        return None


def next_one(at: time, now: datetime) -> datetime:
    """When it is that time of day in Shanghai again; exactly then: tomorrow."""
    here = now.astimezone(SHANGHAI)
    then = datetime.combine(here.date(), at, SHANGHAI)
    return (then if then > here else then + timedelta(days=1)).astimezone(now.tzinfo)


async def holds(tx: Connection, message: Claimed, at: time | None, now: datetime) -> bool:
    """Does it wait for that time of day, or at that time for others to be told along? The message must be held.

    Each message waits once. `now` is real time.
    """
    if message.held == outbox.FOR_DIGEST:
        return await _gathers(tx, message, now)
    if at is None or not _may_wait(message) or not await bundles.is_new(tx, message):
        return False
    until = next_one(at, now)
    await outbox.put_off(tx, message, until, UNTIL_THE_HOUR, outbox.FOR_DIGEST)
    more = {"code": bundles.NOTED, "reason": UNTIL_THE_HOUR, "until": until.isoformat()}
    await routing_notes.note(tx, message.id, What.HELD, now, **more)
    return True


async def _gathers(tx: Connection, message: Claimed, now: datetime) -> bool:
    """At the hour: leave it to the next round if there are more; one alone goes out as it is."""
    until = now + TOGETHER
    if not await bundles.has_company(tx, message, until):
        return False
    await outbox.put_off(tx, message, until, ALONG, outbox.WITH_OTHERS)
    return True


def _may_wait(message: Claimed) -> bool:
    """Is it for information, about a case, to somebody by any channel, and was it not tried yet?"""
    low = message.severity in (None, Severity.INFO)
    own = message.person_id is not None and message.account_id is None and message.stand_in_for_id is None
    begun = message.held in (outbox.ESCALATED, outbox.WOKEN)
    return low and own and message.case_id is not None and message.channel is None and not begun
