"""`storm_500_messages_sent`: how many messages a person gets of 500 alarms within a minute.

Counted is what is handed to the channel for the person who got most, from the first alarm until a quarter of a minute
after the last one. The word that it is over comes later, once it has been calm for the policy's time; it is counted by
itself (`ended`), and is exactly one.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bench.messages import NoOp
from bench.place import Place as Where
from bench.results import Measured
from bot.catalogues import Catalogues
from bot.ground import HEADS, STORMS
from bot.loops import Background, Ears, Heartbeats, Loop
from bot.serve import POLL_S
from notifier.channel import Account, Content
from notifier.channels import Channels
from notifier.dispatcher import Dispatcher
from notifier.noise.storms import Storms
from notifier.rendering import Renderer
from notifier.router import Rules
from notifier.sending import Manners, Sender
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import BusinessClock, RealClock
from storage.database import Database
from storage.failpoints import NoFailPoints
from storage.links import Links
from storage.sealing import MasterKey, new_master_key
from tests.support.world import World, add_account, add_contact, make_world
from workflows.actor import SYSTEM_ACTOR
from workflows.administration import notice_policies
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks, Engine, Place
from workflows.registry import all_workflows

ALARMS, SECONDS, AFTER_S, PROCESSES = 500, 60, 15, 2
LATER = timedelta(hours=1)
DETAIL = {
    "load": f"{ALARMS} alarms, evenly over {SECONDS} s, all told to two members",
    "measured": "engine, outbox, two notifiers on it with the shipped policies; the channel takes everything at once",
}


class Later:
    """The clock of an hour later, when it has been calm for long."""

    def now(self) -> datetime:
        return RealClock().now() + LATER


@dataclass
class Phones(NoOp):
    """A channel that keeps what everybody was sent."""

    had: dict[str, list[str]] = field(default_factory=dict)

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        return {"to": address, "title": content.title}

    def __post_init__(self) -> None:
        self.on_send = lambda payload: self.had.setdefault(payload["to"], []).append(payload["title"])


async def storm(place: Where) -> Mapping[str, Measured]:
    """Alarms as they come, and the word that it is over."""
    alarms = place.effort.of(ALARMS, 40)
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(Database.open(await place.migrated()))
        phones, world = Phones(), await make_world(db)
        rules = Rules(notice_policies.shipped(), HEADS, STORMS)
        dispatchers = await _notifiers(db, world, phones, rules)
        await stack.enter_async_context(_running(stack, db, dispatchers))
        await _raise(db, world, alarms, SECONDS * alarms / ALARMS)
        await asyncio.sleep(AFTER_S)
        told = {who: list(titles) for who, titles in phones.had.items()}
        later = Later()
        await Storms(db, rules, later, later).run_due()
        async with asyncio.timeout(20):
            # The message that ends it carries the later clock's time, and is due now by its row alone.
            await db.execute("UPDATE message SET next_at = now(), due_at = now() WHERE kind = 'storm.over'")
            while sum(map(len, phones.had.values())) < sum(map(len, told.values())) + len(told):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    ended = {who: len(phones.had[who]) - len(titles) for who, titles in told.items()}
    counts = [float(len(titles)) for titles in told.values()]
    detail = {**DETAIL, "alarms": alarms, "ended": max(ended.values()), "said": told}
    return {"storm_500_messages_sent": Measured(max(counts), counts, detail)}


async def _raise(db: Database, world: World, alarms: int, seconds: float) -> None:
    """One alarm after the other, on time."""
    real = RealClock()
    clocks = Clocks(BusinessClock(real), real, Calendar(ChineseWorkingDays({}, 2026)))
    engine = Engine(db, all_workflows(), clocks, NoFailPoints())
    began = time.monotonic()
    for number in range(alarms):
        await asyncio.sleep(max(0.0, began + number * seconds / alarms - time.monotonic()))
        form: dict[str, Any] = {
            "metric": "room_temperature",
            "unit": "°C",
            "side": "high",
            "value": 31.0,
            "limit_value": 28.0,
            "at": real.now(),
        }
        place = Place(world.department, world.device)
        await engine.open(
            "alarm", "alarm", SYSTEM_ACTOR, form, place=place, idempotency_key=f"storm-{number}"
        )


async def _notifiers(db: Database, world: World, phones: Phones, rules: Rules) -> list[Dispatcher]:
    """As many as processes would run one."""
    key, real, fail = MasterKey(new_master_key()), RealClock(), NoFailPoints()
    account = await add_account(db, world.hospital, phones.kind, "phones", {}, {}, key)
    for person in (world.engineer, world.second_engineer):
        await add_contact(db, person, account, f"member-{person}", rank=1)
    renderer = Renderer(
        all_workflows().vocabulary(), Catalogues.load(), Links(b"k" * 32), "https://yishe.example"
    )
    channels = Channels({phones.kind: phones}, StoredChannelAccounts(db, key))
    manners = Manners(BusinessClock(real), rules)
    senders = [Sender(db, channels, renderer, real, lambda: 0.5, fail, manners) for _ in range(PROCESSES)]
    return [Dispatcher(sender, fail) for sender in senders]


def _running(
    stack: AsyncExitStack, db: Database, dispatchers: list[Dispatcher]
) -> AbstractAsyncContextManager[None]:
    """The loops of the notifiers, woken as in the service."""
    wakes, stop = [asyncio.Event() for _ in dispatchers], asyncio.Event()
    deaf = asyncio.create_task(Ears(db, {"outbox": wakes}).listen(stop))
    stack.callback(deaf.cancel)
    loops = [
        Loop(f"notifier-{at}", partial(one.start_due, wake), wake, POLL_S)
        for at, (one, wake) in enumerate(zip(dispatchers, wakes, strict=True))
    ]
    return Background(Heartbeats()).running(loops)
