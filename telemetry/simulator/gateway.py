"""The simulated gateway: a client of its own at the broker, which can be told to begin a scenario."""

import asyncio
import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from pydantic import BaseModel, ConfigDict, ValidationError

from storage.clock import Clock
from telemetry.mqtt import QOS, Broker
from telemetry.simulator.room import Room
from telemetry.simulator.scenarios import Scenario
from telemetry.topics import SIMULATOR, telemetry_topic

TOLD_WITHIN_S = 10.0
MOST_QUEUED = 10_000
NOBODY_LISTENS = 0x10  # MQTT 5, 3.4.2.1: no matching subscribers

log = structlog.get_logger()


class Order(BaseModel):
    """Begin a scenario in the room of a device."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: str
    scenario: Scenario


@dataclass
class SimulatedGateway:
    """Rooms behind one gateway. Messages wait in memory while the broker is away."""

    key: str
    rooms: Sequence[Room]
    broker: Broker
    clock: Clock
    every_s: float = 5.0
    takes_orders: bool = False
    _orders: list[Order] = field(default_factory=list)

    async def run(self, stop: asyncio.Event, for_s: float | None = None) -> None:
        """Measure and send until `stop`, or for so long. Raises OSError when the broker is not there at first."""
        client = new_client(self.broker)
        client.on_connect = lambda c, *_: c.subscribe(order_topic(self.key), qos=QOS)
        client.on_subscribe = lambda *_: setattr(self, "takes_orders", True)
        client.on_message = lambda _, __, message: self._ordered(message)
        await asyncio.to_thread(client.connect, self.broker.host, self.broker.port)
        client.loop_start()
        try:
            await self._play(client, stop, for_s)
        finally:
            client.disconnect()
            await asyncio.to_thread(client.loop_stop)

    async def _play(self, client: Client, stop: asyncio.Event, for_s: float | None) -> None:
        tick = 0
        began = asyncio.get_running_loop().time()
        while not stop.is_set() and (for_s is None or tick * self.every_s < for_s):
            self._follow_orders(tick * self.every_s)
            for room in self.rooms:
                message = room.message(tick * self.every_s, self.clock.now())
                if message is not None:
                    client.publish(telemetry_topic(self.key, room.device), json.dumps(message), qos=QOS)
            tick += 1
            pause = began + tick * self.every_s - asyncio.get_running_loop().time()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), max(0.0, pause))

    def _follow_orders(self, second: float) -> None:
        while self._orders:
            order = self._orders.pop(0)
            for room in self.rooms:
                if room.device == order.device:
                    room.begin(order.scenario, second)
                    log.info("scenario_began", device=order.device, scenario=str(order.scenario))

    def _ordered(self, message: MQTTMessage) -> None:
        """In paho's thread; appending to a list is safe there."""
        try:
            self._orders.append(Order.model_validate_json(message.payload))
        except ValidationError:
            log.warning("order_not_understood")


def order_topic(gateway: str) -> str:
    """Where a simulated gateway takes orders."""
    return f"{SIMULATOR}/{gateway}"


def give_order(broker: Broker, gateway: str, order: Order) -> bool:
    """Tell a running simulator to begin a scenario; raises OSError when the broker is away. Blocks.

    False where the broker says that nobody listens; not every broker says so.
    """
    client, connected, answers = new_client(broker), threading.Event(), list[int]()
    client.on_publish = lambda _, __, ___, reason, ____: answers.append(reason.value)
    client.on_connect = lambda *_: connected.set()
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        if not connected.wait(TOLD_WITHIN_S):
            raise TimeoutError("the broker does not answer")
        told = client.publish(order_topic(gateway), order.model_dump_json(), qos=QOS)
        told.wait_for_publish(TOLD_WITHIN_S)
        if not told.is_published():
            raise TimeoutError("the broker does not answer")
        return NOBODY_LISTENS not in answers
    finally:
        client.disconnect()
        client.loop_stop()


def new_client(broker: Broker) -> Client:
    """A client as gateways have it."""
    client = Client(
        CallbackAPIVersion.VERSION2, client_id=broker.client_id, protocol=MQTTProtocolVersion.MQTTv5
    )
    client.max_queued_messages_set(MOST_QUEUED)
    if broker.username:
        client.username_pw_set(broker.username, broker.password or None)
    if broker.tls is not None:
        client.tls_set_context(broker.tls.context())
    return client
