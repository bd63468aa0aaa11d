"""Which kinds of message their readers may stop, and for how long: never what is urgent or the law asks for."""

from datetime import datetime, timedelta

from storage import mutes, policy_values
from storage.database import Database
from storage.mutes import Muting
from workflows.actor import Door
from workflows.administration.notice_policies import NOTICE_POLICIES
from workflows.engine import Clocks

STOP_POLICY = "notifier.stop_by_reply"


async def may_stop_for(db: Database, clocks: Clocks, kind: str, severity: str | None, path: str) -> timedelta:
    """How long that kind may be stopped at the organisation of that path; nothing where it may not be."""
    if not mutes.may_be_muted(kind, severity):
        return timedelta()
    async with db.connection() as connection:
        found = await policy_values.nearest(connection, STOP_POLICY, path, clocks.business.now())
    value = found or NOTICE_POLICIES[STOP_POLICY].value
    return timedelta(days=int(value["amount"]))


async def stop(
    db: Database, clocks: Clocks, person_id: int, kind: str, period: timedelta, way: Door
) -> datetime:
    """The person hears no more of that kind for so long; until when (real time). Safe to repeat."""
    now = clocks.real.now()
    async with db.transaction() as tx:
        await mutes.mute(tx, Muting(person_id, kind, now + period, way), now)
    return now + period
