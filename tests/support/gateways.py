"""Gateways: their rows, what they say, and a real MQTT client that says it."""

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from storage.database import Database
from telemetry.intake import Arrived
from telemetry.topics import telemetry_topic

GATEWAY = "gw-1"
DEVICE = "CT-0001"
PUBLISHED_WITHIN_S = 15


async def add_gateway(db: Database, organisation: int, key: str = GATEWAY, active: bool = True) -> None:
    await db.execute(
        "INSERT INTO gateway (organisation_id, key, name, active) VALUES ($1, $2, $2, $3)",
        organisation,
        key,
        active,
    )


async def add_band(db: Database, device: int, metric: str = "room_temperature", **limits: Any) -> None:
    """A band of that device's own, in °C."""
    names = ["device_id", "metric", "unit", "source", *limits]
    places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    values = [device, metric, "°C", "a test", *limits.values()]
    await db.execute(f"INSERT INTO band ({', '.join(names)}) VALUES ({places})", *values)


def said(
    at: datetime,
    *values: float,
    every: timedelta = timedelta(seconds=10),
    metric: str = "room_temperature",
    device: str = DEVICE,
    gateway: str = GATEWAY,
) -> Arrived:
    """A message whose first value was measured at `at`."""
    readings = [
        {"metric": metric, "value": value, "at": (at + every * nth).isoformat()}
        for nth, value in enumerate(values)
    ]
    payload = json.dumps({"sent_at": at.isoformat(), "readings": readings}).encode()
    return Arrived(telemetry_topic(gateway, device), payload)


@dataclass
class Mouth:
    """An MQTT 5 client that publishes and waits until the broker has taken it."""

    client: paho.Client

    @classmethod
    def at(cls, port: int, name: str = "mouth") -> "Mouth":
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv5)
        connected = threading.Event()
        client.on_connect = lambda *_: connected.set()
        client.connect("127.0.0.1", port)
        client.loop_start()
        assert connected.wait(PUBLISHED_WITHIN_S)
        return cls(client)

    def say(self, messages: Iterable[Arrived]) -> None:
        taken = [self.client.publish(m.topic, m.payload, qos=1) for m in messages]
        for one in taken:
            one.wait_for_publish(PUBLISHED_WITHIN_S)
            assert one.is_published()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
