"""Listens to whatever else is said at the broker: what comes on topics that nobody claims is counted, not passed over.

On a connection of its own, at most once (QoS 0) and at a bounded pace, so that a flood of it holds up no sensor and
leaves nothing at the broker. What is more than that is not counted. Brokers whose access list shows us our own
topics alone never send anything here. What others say is none of our business, and may be about patients: the topic
is kept, the message is not.
"""

import asyncio
import random
from contextlib import suppress
from dataclasses import replace

import structlog

from storage.quarantine import Fault
from telemetry.intake import Arrived, Intake
from telemetry.mqtt import Broker, BrokerAway, Delivery, MqttLink
from telemetry.topics import EVERYTHING, is_claimed

MOST_A_SECOND = 200
KEPT = 100
TICK_S = 1.0
AGAIN_AFTER_S = 60.0

log = structlog.get_logger()


class ForeignTopics:
    """Counts in memory, until `put_aside` writes it down. `arrived` is set when there is something to write."""

    def __init__(self, broker: Broker, arrived: asyncio.Event) -> None:
        own = replace(broker, client_id=f"{broker.client_id}-foreign", session_s=0)
        self._link = MqttLink(own, EVERYTHING, self._heard, qos=0)
        self._arrived = arrived
        self._subscribed = False
        self._heard_now = 0
        self._kept: list[Arrived] = []
        self._more = 0

    @property
    def subscribed(self) -> bool:
        """Has the broker said that it will tell us?"""
        return self._subscribed and not self._link.lost.is_set()

    async def stay_connected(self, stop: asyncio.Event) -> None:
        """Until `stop`. A broker that does not want it is asked again later, and nothing else depends on it."""
        while not stop.is_set():
            try:
                await self._link.connect()
            except BrokerAway as away:
                log.info("foreign_topics_not_heard", reason=str(away))
            else:
                await self._until_lost(stop)
            await _wait(stop, random.uniform(TICK_S, AGAIN_AFTER_S))  # noqa: S311 - spreads retries only
        self._link.disconnect()

    async def put_aside(self, intake: Intake) -> None:
        """Write down what came since the last time; raises `DatabaseAway`, and then it waits on."""
        kept, more = list(self._kept), self._more
        if kept or more:
            await intake.set_aside(kept, Fault.FOREIGN_TOPIC, more=more)
            del self._kept[: len(kept)]
            self._more -= more

    async def _until_lost(self, stop: asyncio.Event) -> None:
        self._subscribed = True
        while not stop.is_set() and not self._link.lost.is_set():
            self._heard_now = 0
            self._link.resume()
            self._link.tick()
            await _wait(stop, TICK_S)
        self._subscribed = False
        self._link.drop()

    def _heard(self, delivery: Delivery) -> None:
        self._heard_now += 1
        if self._heard_now >= MOST_A_SECOND:
            self._link.pause()
        if is_claimed(delivery.topic):
            return
        if len(self._kept) < KEPT:
            self._kept.append(Arrived(delivery.topic, b""))
        else:
            self._more += 1
        self._arrived.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
