"""`alarm_to_card_p99_ms`: from a gateway's reading above the limit to the provider's acceptance of the card."""

import asyncio
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.paired import percentile
from bench.place import Place
from bench.results import Measured
from bench.wecom import stand_in
from bot.catalogues import Catalogues
from bot.demo.broker import BrokerPorts, embedded_broker
from bot.ground import HEADS, STORMS
from bot.loops import Background, Ears, Heartbeats, Loop
from bot.serve import POLL_S
from notifier.channel import Accepted, Account
from notifier.channels import Channels
from notifier.dispatcher import Dispatcher
from notifier.providers.wecom.channel import WeComChannel
from notifier.rendering import Renderer
from notifier.router import Rules
from notifier.sending import Manners, Sender
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import BusinessClock, RealClock
from storage.database import Database, DatabaseAway
from storage.failpoints import NoFailPoints
from storage.links import Links
from storage.provider_tokens import ProviderTokens
from storage.sealing import MasterKey, new_master_key
from telemetry.intake import Intake
from telemetry.listener import Listener
from telemetry.mqtt import Broker
from tests.support.channel_contents import AES_KEY
from tests.support.gateways import add_band, add_gateway
from tests.support.service import free_port
from tests.support.world import add_account, add_contact, add_device, add_organisation, add_person
from workflows.administration import notice_policies
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks, Engine
from workflows.identity.roles import Role
from workflows.registry import all_workflows

READINGS_A_S, ALARMS_A_S, SECONDS = 2000, 5, 30
HOSPITALS, MEMBERS = 30, 2
DETAIL = {
    "load": f"{READINGS_A_S} readings a second in messages of ten, {ALARMS_A_S} alarms a second, each told to "
    f"{MEMBERS} of {HOSPITALS * MEMBERS} members",
    "measured": "publish at the gateway, broker, listener, rules, case, outbox, WeCom channel, the stand-in's answer, "
    "by the shipped policies; "
    "all of the service in one process",
}


class Timed(WeComChannel):
    """The WeCom channel; it remembers when each card was taken."""

    taken: dict[str, list[float]]

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        accepted = await super().send(payload, address, account)
        if found := re.search(r"Room \d+ of the bench", json.dumps(payload, ensure_ascii=False)):
            self.taken[found[0]].append(time.time())
        return accepted


@dataclass
class Service:
    """What runs, and how a device is known on its cards."""

    channel: Timed
    devices: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


async def alarm_to_card(place: Place) -> Mapping[str, Measured]:
    """The gateways are a process of their own, and so are broker and stand-in."""
    alarms = place.effort.of(ALARMS_A_S * SECONDS, 5)
    port = free_port()
    ports = BrokerPorts(port, free_port())
    async with embedded_broker(place.folder, ports), _service(place, port, alarms) as service:
        said = await _let_speak(
            {
                "port": port,
                "devices": service.devices,
                "readings_a_s": READINGS_A_S,
                "alarms_a_s": ALARMS_A_S,
            }
        )
        async with asyncio.timeout(30):
            while sum(map(len, service.channel.taken.values())) < MEMBERS * alarms:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.05)
    waits = [
        (taken - said[device]) * 1000
        for device, name in service.names.items()
        for taken in service.channel.taken[name]
    ]
    p99 = percentile(waits, 0.99)
    detail = {**DETAIL, "cards": len(waits), "p50_ms": round(percentile(waits, 0.5), 1)}
    return {"alarm_to_card_p99_ms": Measured(p99, waits, detail)}


async def _let_speak(order: Mapping[str, Any]) -> dict[str, float]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.gateways", stdin=pipe, stdout=pipe
    )
    output, _ = await process.communicate(json.dumps(order).encode() + b"\n")
    said: dict[str, float] = json.loads(output)
    return said


@asynccontextmanager
async def _service(place: Place, port: int, alarms: int) -> AsyncIterator[Service]:
    """Listener and notifier with their own loops, as `serve` runs them."""
    key, real, fail = MasterKey(new_master_key()), RealClock(), NoFailPoints()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(stand_in())
        db = await stack.enter_async_context(Database.open(await place.migrated()))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        channel = Timed(http, real, ProviderTokens(db, key, real))
        channel.taken = defaultdict(list)
        service = Service(channel)
        await _house(db, key, url, service, alarms)
        registry = all_workflows()
        clocks = Clocks(BusinessClock(real), real, Calendar(ChineseWorkingDays({}, 2026)))
        engine = Engine(db, registry, clocks, fail)
        renderer = Renderer(
            registry.vocabulary(), Catalogues.load(), Links(b"k" * 32), "https://yishe.example"
        )
        channels = Channels({"wecom": channel}, StoredChannelAccounts(db, key))
        manners = Manners(BusinessClock(real), Rules(notice_policies.shipped(), HEADS, STORMS))
        sender = Sender(db, channels, renderer, real, random.random, fail, manners)
        dispatcher = Dispatcher(sender, fail)
        listener = Listener(
            Broker("127.0.0.1", port, "bench"), Intake(db, engine, real, fail), fail, lambda: None
        )
        wake, stop = asyncio.Event(), asyncio.Event()
        tasks = [
            asyncio.create_task(Ears(db, {"outbox": [wake]}).listen(stop)),
            asyncio.create_task(listener.stay_connected(stop)),
            asyncio.create_task(_take(listener)),
        ]
        loop = Loop("notifier", lambda: dispatcher.start_due(wake), wake, POLL_S)
        async with Background(Heartbeats()).running([loop]):
            async with asyncio.timeout(20):
                while not listener.subscribed:  # noqa: ASYNC110 - paho sets no event of ours
                    await asyncio.sleep(0.01)
            yield service
        stop.set()
        tasks[2].cancel()
        await asyncio.wait(tasks)
        await dispatcher.settle()


async def _take(listener: Listener) -> None:
    while True:
        await listener.arrived.wait()
        listener.arrived.clear()
        with suppress(DatabaseAway):
            await listener.take_waiting()


async def _house(db: Database, key: MasterKey, url: str, service: Service, alarms: int) -> None:
    """Hospitals with their members, and so many devices that none has two alarms."""
    settings = {"corp_id": "ww-bench", "agent_id": 1000002, "base_url": url}
    secrets = {"secret": "s", "callback_token": "t", "encoding_aes_key": AES_KEY}
    hospitals = [await add_organisation(db, "hospital", f"Hospital {n}") for n in range(HOSPITALS)]
    account = await add_account(db, hospitals[0], "wecom", "app", settings, secrets, key)
    for number, hospital in enumerate(hospitals):
        await add_gateway(db, hospital, f"gw-{number}")
        for nth in range(MEMBERS):
            person = await add_person(db, hospital, f"Member {number}-{nth}", Role.ENGINEER)
            await add_contact(db, person, account, f"member-{number}-{nth}", rank=1)
    for number in range(alarms):
        at, device, name = number % HOSPITALS, f"B-{number:04d}", f"Room {number} of the bench"
        made = await add_device(db, hospitals[at], device, name=name)
        await add_band(db, made, alarm_high=30.0)
        service.devices.append((f"gw-{at}", device))
        service.names[device] = name
